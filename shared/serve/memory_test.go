package serve_test

import (
	"strings"
	"testing"

	"signalbox/shared/serve"
	"signalbox/shared/serve/servetest"
)

func TestSoftMemory(t *testing.T) {
	t.Parallel()
	const mb = 1 << 20
	const none = "9223372036854771712\n"
	tests := []struct {
		name    string
		environ []string
		files   map[string]string
		want    int64
	}{
		{"no limit anywhere", nil, nil, 0},
		{"lambda", []string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512"}, nil, 512*mb/5*4 - 32*mb},
		{"function compute", []string{"FC_FUNCTION_MEMORY_SIZE=128"}, nil, 128*mb/5*4 - 32*mb},
		{"the smallest instance keeps half", []string{"FC_FUNCTION_MEMORY_SIZE=32"}, nil, 16 * mb},
		{"not a number", []string{"FC_FUNCTION_MEMORY_SIZE=large"}, nil, 0},
		{"negative", []string{"FC_FUNCTION_MEMORY_SIZE=-1"}, nil, 0},
		{"more than there is", []string{"FC_FUNCTION_MEMORY_SIZE=9223372036854775807"}, nil, 0},
		{"container", nil, map[string]string{
			"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "268435456\n",
		}, 256*mb/5*4 - 32*mb},
		{"container without a limit", nil, map[string]string{
			"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "max\n",
		}, 0},
		{"systemd unit in a slice that has less", nil, map[string]string{
			"/proc/self/cgroup": "0::/system.slice/alerts.service\n",
			"/sys/fs/cgroup/system.slice/alerts.service/memory.max": "1073741824\n",
			"/sys/fs/cgroup/system.slice/memory.max":                "536870912\n",
		}, 512*mb/5*4 - 32*mb},
		{"cgroup v1", nil, map[string]string{
			"/proc/self/cgroup": "4:memory:/docker/1\n", "/sys/fs/cgroup/memory/memory.limit_in_bytes": "134217728\n",
		}, 128*mb/5*4 - 32*mb},
		{"cgroup v1 without a limit", nil, map[string]string{"/sys/fs/cgroup/memory/memory.limit_in_bytes": none}, 0},
		{"the smaller of two", []string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=1024"}, map[string]string{
			"/sys/fs/cgroup/memory.max": "134217728\n",
		}, 128*mb/5*4 - 32*mb},
		{"a path that climbs", nil, map[string]string{"/proc/self/cgroup": "0::../..\n"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := serve.SoftMemory(tt.environ, func(name string) string { return tt.files[name] }); got != tt.want {
				t.Errorf("SoftMemory = %d, want %d", got, tt.want)
			}
		})
	}
}

// TestMainLimitsMemory asks a process for the limit that it runs with.
func TestMainLimitsMemory(t *testing.T) {
	t.Parallel()
	binary := servetest.Build(t, bootstrap)
	for _, tt := range []struct {
		name string
		env  []string
		want string
	}{
		{"by the instance", []string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128"}, "73819748"},
		{"GOMEMLIMIT wins", []string{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128", "GOMEMLIMIT=64MiB"}, "67108864"},
		{"of the function itself", nil, "50331648"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := startPlain(t, binary, tt.env...).send(t, request{method: "GET", path: "/memory"})
			if strings.TrimSpace(got.Body) != tt.want {
				t.Errorf("limit = %s, want %s", got.Body, tt.want)
			}
		})
	}
}
