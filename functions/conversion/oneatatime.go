package conversion

import "signalbox/shared/web"

// oneAtATime has requests be answered one after the other, since each may have a hundred
// thousand groups read.
func (f *Function) oneAtATime(h web.HandlerFunc) web.HandlerFunc {
	return web.OneAtATime(f.config.Timeout, "Too many want to see windows at once; try again after the time in Retry-After.", h)
}
