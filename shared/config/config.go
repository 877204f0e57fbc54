// Package config turns the environment into a struct, and every mistake in it
// into one error: an operator mends a deployment once, not once per variable.
//
// The groups in this package (Account, Linkcard, Auth and so on) hold the
// variables that more than one function reads; what only one reads is declared
// there. A function's own Env has a field for each group it needs. doc/config.md is
// the table of them all.
package config

import (
	"errors"
	"reflect"
	"slices"

	"github.com/caarlos0/env/v11"
)

// Problem is one variable that is wrong. Its text never holds a secret.
type Problem struct {
	Variable string
	Rule     string // what to set instead
}

// String gives the variable and what to do about it.
func (p Problem) String() string { return p.Variable + ": " + p.Rule }

// Validator is a configuration whose variables depend on one another.
type Validator interface {
	Validate() []Problem
}

// Load reads a T from environ, which has the form of os.Environ. A T is a
// struct whose fields, or whose groups' fields, have `env` and `envDefault`
// tags. The error gives every [Problem] found, one a line.
func Load[T Validator](environ []string) (T, error) {
	var config T
	err := env.ParseWithOptions(&config, env.Options{Environment: env.ToMap(environ)})
	problems := parseProblems(err, reflect.TypeFor[T]())
	for _, p := range config.Validate() {
		// A variable that could not be read at all is reported for that alone.
		if !slices.ContainsFunc(problems, func(q Problem) bool { return q.Variable == p.Variable }) {
			problems = append(problems, p)
		}
	}
	return config, Join(problems)
}

// Join is one error of all problems, one a line; nil of none.
func Join(problems []Problem) error {
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = errors.New(p.String())
	}
	return errors.Join(errs...)
}

// parseProblems names the variable where the library names the struct field.
func parseProblems(err error, config reflect.Type) []Problem {
	aggregate, ok := errors.AsType[env.AggregateError](err)
	if !ok {
		return nil
	}
	var problems []Problem
	for _, err := range aggregate.Errors {
		if parse, ok := errors.AsType[env.ParseError](err); ok {
			problems = append(problems, Problem{variableOf(config, parse.Name), ruleOf(parse)})
			continue
		}
		problems = append(problems, Problem{"environment", err.Error()})
	}
	return problems
}

// ruleOf takes the words of our own types, and words of its own for the plain
// numbers and booleans, whose errors would repeat the value.
func ruleOf(p env.ParseError) string {
	switch p.Type {
	case reflect.TypeFor[bool]():
		return "must be true or false"
	case reflect.TypeFor[float64](), reflect.TypeFor[int]():
		return "must be a number"
	default:
		return p.Err.Error()
	}
}

// variableOf is the variable that a field of config, or of a group of it, is read from.
func variableOf(config reflect.Type, field string) string {
	for _, v := range Variables(config) {
		if v.Field == field {
			return v.Name
		}
	}
	return field
}

// Variable is one that a configuration is read from.
type Variable struct {
	Name string
	// Default is the value where it is not set, "" for none.
	Default string
	// Field is the name of the field that it is read into, and Type its type.
	Field string
	Type  reflect.Type
}

// Variables are those that [Load] reads into a struct of this type, in the order of its
// fields; those of a group stand where the group does.
func Variables(config reflect.Type) []Variable {
	var all []Variable
	for f := range config.Fields() {
		switch name := f.Tag.Get("env"); {
		case name != "":
			all = append(all, Variable{name, f.Tag.Get("envDefault"), f.Name, f.Type})
		case f.Type.Kind() == reflect.Struct:
			all = append(all, Variables(f.Type)...)
		}
	}
	return all
}

// Missing is the problem of a variable that is needed and not set.
func Missing(variable, why string) Problem {
	return Problem{variable, "is not set; " + why}
}
