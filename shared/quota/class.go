package quota

import (
	"context"
	"sync"
)

// class says who goes first.
type class int

const (
	foreground class = iota // somebody waits for the answer
	background
	classes = 2
)

type backgroundKey struct{}

// InBackground returns a context whose calls let others go first: nobody waits
// for them, or many of them belong to one caller.
func InBackground(ctx context.Context) context.Context {
	return context.WithValue(ctx, backgroundKey{}, true)
}

// IsInBackground reports whether ctx's calls let others go first.
func IsInBackground(ctx context.Context) bool { return classOf(ctx) == background }

type liftedKey struct{}

// WithLift returns a context whose calls let others go first if ctx's do, and lift, which
// ends that, also for a call that waits already: somebody waits for its answer now.
// Lift may be called more than once, and by several goroutines.
func WithLift(ctx context.Context) (lifting context.Context, lift func()) {
	lifted := make(chan struct{})
	lift = sync.OnceFunc(func() { close(lifted) })
	return context.WithValue(ctx, liftedKey{}, (<-chan struct{})(lifted)), lift
}

// lifted returns what is closed when ctx is lifted; nil, which never is, where it cannot be.
func lifted(ctx context.Context) <-chan struct{} {
	up, _ := ctx.Value(liftedKey{}).(<-chan struct{})
	return up
}

func classOf(ctx context.Context) class {
	if ctx.Value(backgroundKey{}) == nil {
		return foreground
	}
	select {
	case <-lifted(ctx):
		return foreground
	default:
		return background
	}
}

// Background is a quota whose calls all let others go first, such as those of a
// sweep. It is safe for concurrent use.
type Background struct{ Quota }

// Wait waits for one permit after everybody else, see [Quota].
func (b Background) Wait(ctx context.Context, action string) error {
	return b.Quota.Wait(InBackground(ctx), action)
}
