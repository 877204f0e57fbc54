package message

import (
	"time"

	"signalbox/functions/alerts/rule"
	"signalbox/shared/incident"
)

func sweepCause(s Style, now time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.SweepDetails)
	if !ok {
		return ""
	}
	w := s.words().Causes.Sweep
	last, failed := w.NoneFinished, ""
	if !details.Finished.IsZero() {
		last = w.LastFinished(s.when(s.clock(details.Finished), details.Finished, now))
	}
	if details.FailedRuns > 0 {
		failed = s.because(w.FailedRuns(details.FailedRuns), details.FailedCause)
	}
	return s.apart(last, failed)
}

func lookupsCause(s Style, _ time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.LookupsDetails)
	if !ok {
		return ""
	}
	w := s.words().Causes.Lookups
	text := w.Failed(details.Failed, details.Lookups)
	if details.Failed <= 0 {
		return text
	}
	text = s.because(text, details.Why)
	if details.Denied {
		text = s.apart(text, w.Allow)
	}
	if i.Phase == incident.PhaseOpen {
		text = s.apart(text, w.ListingDecides)
	}
	return text
}

func listingCause(s Style, _ time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.ListingDetails)
	if !ok {
		return ""
	}
	w := s.words().Causes.Listing
	text := w.Empty
	if details.Total > 0 {
		text = w.Read(details.Listed, details.Total)
	}
	if details.Odd > 0 {
		text = s.apart(text, w.Odd(details.Odd, details.Why))
	}
	if details.Before <= 0 {
		return text
	}
	text = s.apart(text, w.Before(details.Before))
	if lost := 1 - details.Overlap; lost >= 0.01 && details.Total > 0 {
		text = s.listed(text, w.Missing(wholePercent(lost)))
	}
	return text
}

func receiverCause(s Style, now time.Time, i rule.Incident) string {
	details, ok := i.Details.Value.(rule.ReceiverDetails)
	if !ok {
		return ""
	}
	w := s.words().Causes.Receiver
	waiting, oldest := w.Waiting(details.Waiting), ""
	if !details.Oldest.IsZero() {
		oldest = w.Oldest(s.age(now.Sub(details.Oldest)))
	}
	return s.because(s.listed(waiting, oldest), details.Why)
}
