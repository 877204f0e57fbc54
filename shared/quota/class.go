package quota

import "context"

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

func classOf(ctx context.Context) class {
	if ctx.Value(backgroundKey{}) != nil {
		return background
	}
	return foreground
}

// Background is a quota whose calls all let others go first, such as those of a
// sweep. It is safe for concurrent use.
type Background struct{ Quota }

// Wait waits for one permit after everybody else, see [Quota].
func (b Background) Wait(ctx context.Context, action string) error {
	return b.Quota.Wait(InBackground(ctx), action)
}
