package main

import (
	"context"
	"errors"

	"signalbox/functions/alerts"
	"signalbox/shared/web"
)

// askAlerts sends one request to alerts, there or in this process, and returns the body
// of the answer.
func askAlerts(ctx context.Context, o serverOptions, c console, r request) (body []byte, err error) {
	s, release, err := reach(o, c) //nolint:contextcheck // it waits for a state file for 10 s at most
	if err != nil {
		return nil, err
	}
	defer func() {
		s.close()
		err = errors.Join(err, release())
	}()
	got, _, err := s.do(ctx, r)
	return got.body, err
}

// reach returns the alerts function that o names, or without an address one in this
// process, which owns the state until it is released: as long as a server has the same
// file, that is refused.
func reach(o serverOptions, c console) (_ *server, release func() error, err error) {
	say := newBar(c.stderr, unknownTotal, "").say
	if o.url != "" {
		s, err := o.open(c.environ, say)
		return s, func() error { return nil }, err
	}
	config, err := alerts.Configure(warningsAlone(beside("alerts", c.environ)), c.stderr, nil)
	if err != nil {
		return nil, nil, heldByServer(err)
	}
	config.Guard = web.Open
	function, err := alerts.New(config)
	if err != nil {
		return nil, nil, errors.Join(err, config.Store.Close())
	}
	return o.within(function, say), function.Close, nil
}

// warningsAlone has the log say, unless environ has a level, nothing that the answer says as well.
func warningsAlone(environ []string) []string {
	return append([]string{"SIGNALBOX_LOG_LEVEL=warn"}, environ...)
}
