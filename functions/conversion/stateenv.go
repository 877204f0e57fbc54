package conversion

import (
	"signalbox/shared/config"
	"signalbox/shared/store"
)

// stateEnv is what of the environment says where the state is.
type stateEnv struct {
	Quota config.Quota
	State config.State
}

// Validate reports that there is none.
func (e stateEnv) Validate() []config.Problem {
	if e.State.File == "" && e.Quota.RedisURL.Secret == "" {
		return []config.Problem{config.Missing("SIGNALBOX_STATE_FILE", "name the file with the state; or set SIGNALBOX_REDIS_URL")}
	}
	return nil
}

// StateOf says where the state of the function is that environ describes. It needs no other
// variables than those that say so. The error names every one that is wrong.
func StateOf(environ []string) (store.Config, error) {
	env, err := config.Load[stateEnv](environ)
	if err != nil {
		return store.Config{}, err
	}
	return Env{Quota: env.Quota, State: env.State}.StateConfig(), nil
}
