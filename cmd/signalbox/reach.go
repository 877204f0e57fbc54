package main

import (
	"errors"

	"signalbox/functions/alerts"
	"signalbox/shared/web"
)

// reach returns the alerts function that o names, or without an address one in this
// process, which owns the state until it is released: as long as a server has the same
// file, that is refused.
func reach(o serverOptions, c console) (_ *server, release func() error, err error) {
	say := newBar(c.stderr, unknownTotal, "").say
	if o.url != "" {
		s, err := o.open(c.environ, say)
		return s, func() error { return nil }, err
	}
	config, err := alerts.Configure(c.environ, c.stderr, nil)
	if err != nil {
		return nil, nil, err
	}
	config.Guard = web.Open
	function, err := alerts.New(config)
	if err != nil {
		return nil, nil, errors.Join(err, config.Store.Close())
	}
	return o.within(function, say), function.Close, nil
}
