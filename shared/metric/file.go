package metric

import "os"

// WatchFile shows the size of the file that has the state, "" for none.
func (m *Meter) WatchFile(path string) {
	if path == "" {
		return
	}
	m.OnCollect(func() {
		if info, err := os.Stat(path); err == nil {
			m.Set(StateBytes, float64(info.Size()))
		} else {
			m.Unset(StateBytes)
		}
	})
}
