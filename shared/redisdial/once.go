package redisdial

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// once keeps a Cluster's client from sending a call again whose answer was lost.
// It follows redirections, since a node that redirects has done nothing; but its
// only setting is for both.
type once struct{ cluster *redis.ClusterClient }

// DialHook leaves dialling as it is.
func (once) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook makes the error of a lost answer final.
func (o once) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { return o.final(ctx, next(ctx, cmd)) }
}

// ProcessPipelineHook makes the error of a lost answer final.
func (o once) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { return o.final(ctx, next(ctx, cmds)) }
}

// final returns Redis's own errors as they are. Any other may mean that the node is
// no longer the one to ask: the next call will have looked anew.
func (o once) final(ctx context.Context, err error) error {
	if _, answered := errors.AsType[redis.Error](err); err == nil || answered {
		return err
	}
	o.cluster.ReloadState(ctx)
	return &lostError{err}
}

// lostError is a call without an answer. It hides what the library would take for a
// reason to call again, but not its cause for those who ask with [Explain].
type lostError struct{ cause error }

// Error gives the cause.
func (e *lostError) Error() string {
	return fmt.Sprintf("no answer from a node of the Cluster: %v", e.cause)
}

// Is reports the end of a ctx, which is no reason to call again.
func (e *lostError) Is(target error) bool {
	return (target == context.Canceled || target == context.DeadlineExceeded) && errors.Is(e.cause, target)
}
