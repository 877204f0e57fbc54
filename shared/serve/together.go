package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"

	"signalbox/shared/metric"
	"signalbox/shared/web"
)

// errPlatform: a platform ends or freezes a process between two requests, so that no
// timer in it can be relied on.
var errPlatform = errors.New("several functions in one process are for a server of one's own: " +
	"on Function Compute and Lambda each function is deployed for itself")

// Together serves several functions as one plain HTTP server, with timers of its own,
// until ctx ends; [Main] is for one of them. What they share is one page for all:
// GET /healthz, /readyz, /metrics and /openapi.yaml. A run of one is asked for at
// POST /invoke/<name>. What cannot be used is said as [Function.Ready] of each says it,
// and what each counts has a label of its name.
//
// The error of open is whole: it is joined with what is wrong with the address. open's
// functions are closed again if there is one.
func Together(ctx context.Context, environ []string, open func(environ []string) ([]Function, error)) error {
	where, err := detect(environ)
	if where.kind != plainHTTP || where.custom {
		err = errors.Join(err, errPlatform)
	}
	functions, openErr := open(environ)
	if err := errors.Join(openErr, err); err != nil {
		return errors.Join(err, closeAll(functions))
	}
	s, err := newGroup(functions)
	if err != nil {
		return errors.Join(err, closeAll(functions))
	}
	return s.closeAfter(ctx, s.listenAndServe(ctx, where))
}

// TogetherOn is [Together] for those who have opened the functions and listen already.
func TogetherOn(ctx context.Context, functions []Function, listener net.Listener) error {
	s, err := newGroup(functions)
	if err != nil {
		return errors.Join(err, closeAll(functions))
	}
	return s.closeAfter(ctx, s.serveOn(ctx, listener, false))
}

func closeAll(functions []Function) error {
	var errs []error
	for _, f := range functions {
		if f.Close != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// group are functions that share a listener. Each is a service of its own; they stop
// together, and count wrong tokens together.
type group struct {
	members  []*service
	handlers []http.Handler
	names    []string // paths at which runs are asked for
}

// newGroup makes one service of functions, of which there is at least one.
func newGroup(functions []Function) (*service, error) {
	g := new(group)
	s, err := newService(Function{
		Name: "serve", Handler: g, Ready: g.unusable, Close: g.close, Logger: functions[0].Logger,
	})
	if err != nil {
		return nil, err
	}
	s.sources, s.guesses = nil, nil // each function's is its own
	guesses := newGuesses()
	for _, f := range functions {
		member, err := newService(f)
		if err != nil {
			return nil, err
		}
		member.stopping, member.guesses = s.stopping, guesses
		g.add(member)
		s.sources = append(s.sources, metric.Source{Function: f.Name, Meter: member.Meter})
		s.timers.add(member)
	}
	s.Ready = func(ctx context.Context) []Unusable { return append(g.unusable(ctx), s.timers.unusable()...) }
	return s, nil
}

func (g *group) add(member *service) {
	path := invokePath + "/" + member.Name
	h := member.schedule(false, path, member.Handler)
	h = member.measure(h)
	h = member.guard(h)
	h = member.suspect(h, true)
	g.members, g.handlers = append(g.members, member), append(g.handlers, h)
	if member.Scheduled != nil {
		g.names = append(g.names, path)
	}
}

// ServeHTTP hands a request to the function that has its path.
func (g *group) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.URL.Path == invokePath {
		web.WriteError(w, g.whichRun())
		return
	}
	g.handlers[g.owner(r.URL.Path)].ServeHTTP(w, r)
}

// whichRun says where the runs are.
func (g *group) whichRun() *web.Error {
	if len(g.names) == 0 {
		return web.NotFound("no-such-path", "There are no runs here.")
	}
	return web.NotFound("no-such-path", "This server has several functions: ask for "+strings.Join(g.names, " or ")+".")
}

// owner is the function whose root the path begins with, or that is asked for a run; the
// first has what is nobody's.
func (g *group) owner(path string) int {
	root, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	at := slices.IndexFunc(g.members, func(m *service) bool {
		return slices.Contains(m.Roots, root) || root == "invoke" && rest == m.Name
	})
	return max(at, 0)
}

// unusable asks all functions at the same time: one that cannot answer keeps no other
// from it.
func (g *group) unusable(ctx context.Context) []Unusable {
	parts := make([][]Unusable, len(g.members))
	var all sync.WaitGroup
	for i, m := range g.members {
		all.Go(func() {
			err := attempt(func() error {
				parts[i] = slices.Clone(m.unusable(ctx))
				return nil
			})
			if err != nil {
				m.Logger.LogAttrs(ctx, slog.LevelError, "readiness not known", failure(err)...)
				parts[i] = []Unusable{{Part: "readiness", Reason: "it could not be found out", Action: "see the log"}}
			}
			for n := range parts[i] {
				parts[i][n].Function = m.Name
			}
		})
	}
	all.Wait()
	return slices.Concat(parts...)
}

// close closes every function, whatever became of the one before it.
func (g *group) close() error {
	var errs []error
	for _, m := range g.members {
		if err := m.close(context.Background()); err != nil {
			errs = append(errs, fmt.Errorf("stop: %w", err))
		}
	}
	return errors.Join(errs...)
}
