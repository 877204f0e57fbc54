package alerts

import (
	"fmt"

	"signalbox/shared/config"
	"signalbox/shared/store"
)

// databases are those that a state can be in a table of, by their names. The tags
// nodynamodb and notablestore leave one out, with its SDK.
var databases = map[string]func(e Env) store.Table{
	config.DynamoDB:   openDynamoDB,
	config.Tablestore: openTablestore,
}

// table is the table that state is kept in, nil for none. It does not connect.
func (e Env) table() store.Table {
	if open := databases[e.Table.Where.Database]; open != nil {
		return open(e)
	}
	return nil
}

// tableProblems are those of a table's variables.
func (e Env) tableProblems() []config.Problem {
	problems := e.Table.Validate()
	if database := e.Table.Where.Database; database != "" && databases[database] == nil {
		problems = append(problems, config.Problem{
			Variable: "SIGNALBOX_STATE_TABLE",
			Rule:     fmt.Sprintf("must not name %s: this executable was built with the tag no%[1]s", database),
		})
	}
	return problems
}
