package config

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// The databases that a state can be in a table of.
const (
	DynamoDB   = "dynamodb"
	Tablestore = "tablestore"
)

// StateTable names a table of a database. The zero value is none.
type StateTable struct {
	// Database is DynamoDB or Tablestore.
	Database string
	Name     string
	// Endpoint is that of Tablestore's instance, and Instance its name.
	Endpoint, Instance string
}

var (
	// Counts in them would take milliseconds at each start.
	dynamoDBName   = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	tablestoreName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

	errTable = errors.New("must be dynamodb: and a table's name, or tablestore: and the endpoint of an instance and a table's name, " +
		"such as dynamodb:signalbox or tablestore:https://signalbox.ap-southeast-1.ots.aliyuncs.com/state")
)

// maxTableName is the longest name of a table that both take, in bytes.
const maxTableName = 255

// UnmarshalText checks the form.
func (s *StateTable) UnmarshalText(text []byte) error {
	database, rest, _ := strings.Cut(string(text), ":")
	switch {
	case database == DynamoDB && dynamoDBName.MatchString(rest) && len(rest) >= 3 && len(rest) <= maxTableName:
		*s = StateTable{Database: DynamoDB, Name: rest}
		return nil
	case database == Tablestore:
		return s.tablestore(rest)
	default:
		return errTable
	}
}

func (s *StateTable) tablestore(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return errTable
	}
	if err := checkScheme(u); err != nil {
		return errors.New("after tablestore: it " + err.Error())
	}
	name := strings.TrimPrefix(u.Path, "/")
	if !tablestoreName.MatchString(name) || len(name) > maxTableName {
		return errTable
	}
	instance, _, _ := strings.Cut(u.Host, ".")
	*s = StateTable{Database: Tablestore, Name: name, Endpoint: u.Scheme + "://" + u.Host, Instance: instance}
	return nil
}

// Table is the table of a database that state is kept in, for a function that can, and
// what calls of Amazon's are signed with. Those of Alibaba's are signed as all others.
type Table struct {
	Where StateTable `env:"SIGNALBOX_STATE_TABLE"`

	Region          string   `env:"AWS_REGION"`
	AccessKeyID     string   `env:"AWS_ACCESS_KEY_ID"`
	SecretAccessKey Secret   `env:"AWS_SECRET_ACCESS_KEY"`
	SessionToken    Secret   `env:"AWS_SESSION_TOKEN"`
	Endpoint        Endpoint `env:"AWS_ENDPOINT_URL_DYNAMODB"`
}

// Set reports whether there is one.
func (t Table) Set() bool { return t.Where.Database != "" }

// Validate asks for what DynamoDB needs, which Lambda sets.
func (t Table) Validate() []Problem {
	if t.Where.Database != DynamoDB {
		return nil
	}
	var problems []Problem
	need := func(set bool, variable, why string) {
		if !set {
			problems = append(problems, Missing(variable, why))
		}
	}
	need(t.Region != "", "AWS_REGION", "it says where the table of SIGNALBOX_STATE_TABLE is")
	need(t.AccessKeyID != "", "AWS_ACCESS_KEY_ID", "calls of DynamoDB are signed with it")
	need(t.SecretAccessKey != "", "AWS_SECRET_ACCESS_KEY", "it is the secret of AWS_ACCESS_KEY_ID")
	return problems
}
