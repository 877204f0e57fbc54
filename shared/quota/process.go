package quota

import "sync"

// Process is what the services of one process share: those that are configured alike have
// one quota, since Alibaba counts their calls together, whichever of them makes a call. The
// zero value has none yet. It is safe for concurrent use.
type Process struct {
	mu     sync.Mutex
	quotas map[Config]Quota
}

// Open returns the quota that c describes, which may be one that another service has: then
// the logger is that one's. It does not connect.
func (p *Process) Open(c Config) (Quota, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	same := c
	same.Background, same.Logger = false, nil
	shared, known := p.quotas[same]
	if !known {
		opened, err := open(c)
		if err != nil {
			return nil, err
		}
		if p.quotas == nil {
			p.quotas = make(map[Config]Quota)
		}
		p.quotas[same], shared = opened, opened
	}
	if c.Background {
		return Background{shared}, nil
	}
	return shared, nil
}
