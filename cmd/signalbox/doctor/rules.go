package doctor

import (
	"context"
	"fmt"

	"signalbox/functions/alerts"
	"signalbox/functions/alerts/rulefile"
	"signalbox/shared/receiver"
)

// rules reads the rules file. named is false where there is none.
func (e *examination) rules() (examined rulefile.Examined, named bool, err error) {
	path := e.value("SIGNALBOX_RULES_FILE")
	if path == "" || !e.examines("alerts", "conversion") {
		return rulefile.Examined{}, false, nil
	}
	examined, err = alerts.ExamineRules(path, e.Environ, receiver.Variables(e.Environ), e.Now())
	return examined, true, err
}

// rulesFile is what signalbox rules check finds in it.
func (e *examination) rulesFile(context.Context) []Result {
	const name = "rules file"
	examined, named, err := e.rules()
	path := e.value("SIGNALBOX_RULES_FILE")
	switch {
	case !named:
		return nil
	case err != nil:
		return []Result{{name, Failed, err.Error(), "correct SIGNALBOX_RULES_FILE, or put the file there"}}
	case len(examined.Mistakes)+len(examined.Warnings) == 0:
		return []Result{{name, OK, path + " has nothing to mend", ""}}
	}
	var results []Result
	for _, m := range examined.Mistakes {
		results = append(results, Result{name, Failed, m.String(), fmt.Sprintf("correct line %d of %s", m.Line, path)})
	}
	for _, w := range examined.Warnings {
		results = append(results, Result{name, Warning, fmt.Sprintf("line %d: %s", w.Line, w.Text), fmt.Sprintf("look at line %d of %s", w.Line, path)})
	}
	return results
}
