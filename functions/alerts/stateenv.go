package alerts

import (
	"slices"

	"signalbox/shared/config"
	"signalbox/shared/store"
)

// stateEnv is what of the environment says where the state is.
type stateEnv struct {
	Account config.Account
	Quota   config.Quota
	State   config.State
	Table   config.Table

	ICCIDs ICCIDs `env:"SIGNALBOX_ICCIDS"`
}

// whole is e among variables that are not set.
func (e stateEnv) whole() Env {
	return Env{Account: e.Account, Quota: e.Quota, State: e.State, Table: e.Table, ICCIDs: e.ICCIDs}
}

// Validate reports what is missing.
func (e stateEnv) Validate() []config.Problem {
	problems := slices.Concat(e.whole().tableProblems(), e.whole().stateProblems())
	if e.Table.Where.Database == config.Tablestore {
		problems = append(problems, e.Account.Validate()...)
	}
	return problems
}

// StateOf says where the state of the function is that environ describes. It needs no other
// variables than those that say so. The error names every one that is wrong.
func StateOf(environ []string) (store.Config, error) {
	env, err := config.Load[stateEnv](environ)
	if err != nil {
		return store.Config{}, err
	}
	return env.whole().StateConfig(), nil
}
