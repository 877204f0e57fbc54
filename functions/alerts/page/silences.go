package page

import (
	"encoding/json"
	"time"

	"signalbox/functions/alerts/action"
	"signalbox/functions/alerts/message"
	"signalbox/functions/alerts/rule"
)

// Silences are what suppresses incidents, by whoever made it.
type Silences struct {
	Made []action.MadeSilence // by people, that count now
	File []rule.Silence       // of the rules file, those that are over among them
	Now  time.Time
	// Style names what is silenced, and who did it.
	Style message.Style
}

type silenceAnswer struct {
	Subject *string      `json:"subject"`
	Kind    *string      `json:"kind"`
	Match   *matchAnswer `json:"match"`
	Rule    *string      `json:"rule"`
	Origin  string       `json:"origin"`
	By      *string      `json:"by"`
	At      *time.Time   `json:"at"`
	From    *time.Time   `json:"from"`
	Until   *time.Time   `json:"until"`
	Comment *string      `json:"comment"`
}

// matchAnswer is what a silence of the rules file is about.
type matchAnswer struct {
	Tag     *string `json:"tag"`
	Package *string `json:"package"`
	ICCID   *string `json:"iccid"`
}

// rulesFile is the origin of what nobody has made by hand.
const rulesFile = "rules file"

// JSON writes those that are not over, people's first.
func (s Silences) JSON() ([]byte, error) {
	answers := make([]silenceAnswer, 0, len(s.Made)+len(s.File))
	for _, m := range s.Made {
		answers = append(answers, silenceAnswer{
			Subject: known(s.Style.Subject(m.Subject)), Kind: known(string(m.Subject.Kind)), Rule: known(m.Rule), Origin: string(m.Origin),
			By: known(s.Style.Who(m.By.Name)), At: timeIn(s.Style.Zone, m.At), Until: timeIn(s.Style.Zone, m.Until),
		})
	}
	for _, f := range s.File {
		if !s.Now.Before(f.Until) {
			continue
		}
		answers = append(answers, silenceAnswer{
			Match: &matchAnswer{known(f.Tag), known(f.Package), known(f.ICCID)}, Rule: known(f.Rule), Origin: rulesFile,
			From: timeIn(s.Style.Zone, f.From), Until: timeIn(s.Style.Zone, f.Until), Comment: known(f.Comment),
		})
	}
	body, err := json.Marshal(map[string]any{"silences": answers})
	return append(body, '\n'), err
}
