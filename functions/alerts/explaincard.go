package alerts

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"signalbox/functions/alerts/fleet"
	"signalbox/functions/alerts/page"
	"signalbox/functions/alerts/rule"
	"signalbox/shared/card"
	"signalbox/shared/incident"
	"signalbox/shared/web"
)

// explainTimeout bounds an explanation: the card is looked up anew, after whoever waits
// for the quota already.
const explainTimeout = 25 * time.Second

// explainersWait is for how long others may be explained to before. Both times fit into the
// minute that an answer may take.
const explainersWait = 20 * time.Second

// routeExplanations adds the path on which people ask why they are notified of a card, or
// are not.
func (f *Function) routeExplanations(m *web.Mux) {
	// Each makes calls that a sweep, which waits for the same quota, would have made.
	m.HandleFunc("GET /explain/{iccid}", f.callersOnly(
		web.OneAtATime(explainersWait, "Too many ask why people are notified at once", f.handleExplain)))
}

// handleExplain answers GET /explain/{iccid}.
func (f *Function) handleExplain(w http.ResponseWriter, r *http.Request) error {
	id, err := cardIn(r)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), explainTimeout)
	defer cancel()
	x, err := f.explainCard(ctx, id)
	if err != nil {
		return err
	}
	x.Style.Language = f.languageOf(r, r.URL.Query())
	body, err := x.JSON()
	if err != nil {
		return fmt.Errorf("encode the explanation: %w", err)
	}
	return writeWhole(w, r, mediaJSON, body)
}

// explainCard looks a card up, and the pool whose data it shares, and says what follows.
// It takes no lease and writes nothing.
func (f *Function) explainCard(ctx context.Context, id card.ICCID) (page.Explanation, error) {
	standing, err := f.readStanding(ctx)
	if err != nil {
		return page.Explanation{}, stateUnusable(err)
	}
	now := f.config.Now()
	x := page.Explanation{Standing: standing, Now: now, Style: f.config.Style, Receivers: f.recipientsOf}
	known, err := f.remembered(ctx)
	if err != nil {
		return page.Explanation{}, stateUnusable(err)
	}
	observations, err := f.observe(ctx, id)
	if err != nil {
		return page.Explanation{}, web.FromUpstream(fmt.Errorf("look the card up: %w", err))
	}
	silenced := standing.Silenced(now)
	for _, o := range observations {
		rules := f.config.Rules.Explain(o, now)
		for n := range rules {
			one := []rule.Evaluation{rules[n].Evaluation}
			silenced.Suppress(one, now)
			rules[n].Evaluation = one[0]
		}
		x.Observations = append(x.Observations, page.Observed{Observation: o, Rules: rules, Incidents: known[o.Subject]})
	}
	return x, nil
}

// observe scans one card. One that nobody watches by its number may be missing.
func (f *Function) observe(ctx context.Context, id card.ICCID) ([]rule.Observation, error) {
	c := f.config
	scanner := fleet.New(fleet.Config{
		Cards: c.Cards, Pools: c.Pools, Rules: c.Rules, Watch: []card.ICCID{id}, Zone: c.Zone, Logger: c.Logger, Now: c.Now,
	})
	var observations []rule.Observation
	for part, err := range scanner.Scan(ctx, fleet.Begin(c.Now(), fleet.Census{}), fleet.Known{}) {
		if err != nil {
			return nil, err
		}
		observations = append(observations, part.Observations...)
	}
	if o := slices.IndexFunc(observations, func(o rule.Observation) bool { return o.Unreadable == fleet.NoSuchCard }); o >= 0 && !slices.Contains(c.Watch, id) {
		observations[o].Unreadable, observations[o].Missing = "", true
	}
	return observations, nil
}

// remembered are the incidents of all subjects, be they pending, open or just over, by
// rule. What cannot be decoded is left out: a run says so.
func (f *Function) remembered(ctx context.Context) (map[incident.Subject]map[string]rule.Incident, error) {
	known := make(map[incident.Subject]map[string]rule.Incident)
	records, err := f.config.Store.List(ctx, incidents)
	if err != nil {
		return nil, fmt.Errorf("load the incidents: %w", err)
	}
	for _, r := range records {
		if i, err := decodeIncident(r); err == nil {
			addIncident(known, i)
		}
	}
	return known, nil
}

func addIncident(known map[incident.Subject]map[string]rule.Incident, i rule.Incident) {
	of := known[i.Key.Subject]
	if of == nil {
		of = make(map[string]rule.Incident)
		known[i.Key.Subject] = of
	}
	of[i.Key.Rule] = i
}

// recipientsOf are the names of the receivers that are notified of an incident.
func (f *Function) recipientsOf(i rule.Incident) []string {
	var names []string
	for _, to := range f.config.Receivers {
		if f.config.route(to.Name, i) {
			names = append(names, to.Name)
		}
	}
	return names
}
