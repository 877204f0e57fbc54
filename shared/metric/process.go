package metric

import (
	"runtime"
	"runtime/metrics"
	"time"

	"signalbox/shared/buildinfo"
)

// started is about when the process began.
var started = time.Now()

// fromRuntime are the runtime's own metrics.
//
// https://pkg.go.dev/runtime/metrics#hdr-Supported_metrics
var fromRuntime = []struct {
	name string
	d    *Definition
}{
	{"/sched/goroutines:goroutines", goGoroutines.Definition},
	{"/sched/gomaxprocs:threads", goMaxProcs.Definition},
	{"/gc/cycles/total:gc-cycles", goCycles.Definition},
	{"/gc/gomemlimit:bytes", goLimit.Definition},
	{"/memory/classes/heap/objects:bytes", goHeap.Definition},
	{"/memory/classes/total:bytes", goSystem.Definition},
}

// readProcess sets what there is to say of this process.
func (m *Meter) readProcess() {
	build := buildinfo.Read()
	m.Set(BuildInfo, 1, build.Version, build.Revision, build.GoVersion)
	m.Set(goInfo, 1, build.GoVersion)
	samples := make([]metrics.Sample, len(fromRuntime))
	for i, one := range fromRuntime {
		samples[i].Name = one.name
	}
	metrics.Read(samples)
	for i, s := range samples {
		if s.Value.Kind() == metrics.KindUint64 { // Else this runtime does not know it.
			m.put(fromRuntime[i].d, float64(s.Value.Uint64()))
		}
	}
	threads, _ := runtime.ThreadCreateProfile(nil)
	m.Set(goThreads, float64(threads))
	m.Set(processStart, float64(started.UnixMilli())/1000)
	for d, value := range readSystem() {
		m.put(d, value)
	}
}

// put sets what somebody else has counted.
func (m *Meter) put(d *Definition, value float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of(d, nil).value = value
}
