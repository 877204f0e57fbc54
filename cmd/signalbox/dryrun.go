package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"signalbox/functions/alerts"
	"signalbox/shared/incidentlink"
)

// dryRun is what a sweep would do.
type dryRun struct {
	Report        alerts.Report `json:"report"`
	Notifications []said        `json:"notifications"`
	// Suppressed is what is open, and not notified now.
	Suppressed []suppressed `json:"suppressed"`

	drafts *drafts
	err    error // why Suppressed is not known
}

// suppressed is an incident, as the list of incidents has it.
type suppressed struct {
	Subject      string     `json:"subject"`
	Rule         string     `json:"rule"`
	Severity     string     `json:"severity"`
	Title        string     `json:"title"`
	SuppressedBy string     `json:"suppressedBy"`
	InhibitedBy  string     `json:"inhibitedBy,omitempty"`
	By           string     `json:"by,omitempty"`
	Comment      string     `json:"comment,omitempty"`
	Until        *time.Time `json:"until,omitempty"`
}

// draftOf asks the function for what it has found.
func draftOf(ctx context.Context, function http.Handler, d *drafts, r alerts.Report) dryRun {
	run := dryRun{Report: r, Notifications: []said{}, Suppressed: []suppressed{}, drafts: d}
	for _, receiver := range d.receivers() {
		run.Notifications = append(run.Notifications, d.of(receiver.Name)...)
	}
	var list struct{ Incidents []suppressed }
	// What a sweep that was interrupted has found is worth a look, too.
	run.err = get(context.WithoutCancel(ctx), function, incidentlink.Path+"?"+incidentlink.Format+"=json", &list)
	for _, i := range list.Incidents {
		if i.SuppressedBy != "" {
			run.Suppressed = append(run.Suppressed, i)
		}
	}
	return run
}

// get asks a handler of this process.
func get(ctx context.Context, handler http.Handler, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost"+path, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := within{handler}.RoundTrip(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the incidents cannot be listed: status %d", answer.StatusCode)
	}
	return json.NewDecoder(answer.Body).Decode(into)
}

// printDraft prints what there is, also of a sweep that failed. sweepErr is that it did.
func (o sweepOptions) printDraft(c console, run dryRun, sweepErr error) error {
	if o.json {
		return errors.Join(run.err, printJSON(c.stdout, run))
	}
	switch nothing := sweepErr == nil && run.Report.Messages == 0; {
	case nothing && o.summary:
		fmt.Fprintln(c.stderr, "Nothing would be posted: the day has its summary.")
	case nothing && run.Report.Done:
		fmt.Fprintln(c.stderr, "Nothing would be posted: nothing has changed since the last sweep, or all of it is suppressed.")
	}
	return errors.Join(run.err, run.drafts.print(c.stdout), run.printSuppressed(c.stdout), printReport(c.stdout, run.Report))
}

func (r dryRun) printSuppressed(w io.Writer) error {
	if len(r.Suppressed) == 0 {
		return nil
	}
	var text strings.Builder
	fmt.Fprintf(&text, "=== suppressed, and so not notified now: %d\n", len(r.Suppressed))
	for _, i := range r.Suppressed {
		fmt.Fprintf(&text, "%s %s, %s: %s\n", i.Subject, i.Rule, i.Title, i.why())
	}
	_, err := io.WriteString(w, text.String()+"\n")
	return err
}

// why says what suppresses an incident.
func (s suppressed) why() string {
	switch s.SuppressedBy {
	case "inhibition":
		return "inhibited by " + s.InhibitedBy
	case "muteTime":
		return "a mute time of the rules file"
	}
	text := "silenced by " + cmp.Or(s.By, "the rules file")
	if s.Until != nil {
		text += " until " + s.Until.Format(time.RFC3339)
	}
	if s.Comment != "" {
		text += ", " + s.Comment
	}
	return text
}

func printReport(w io.Writer, report alerts.Report) error { return printJSON(w, report) }

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
