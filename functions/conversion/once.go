package conversion

import (
	"context"
	"log/slog"

	"signalbox/functions/conversion/outbox"
)

// work does what came with a key, and returns what that is answered by. A record
// without a status has the key forgotten, as an error has. A nil claim: there is no key.
type work func(ctx context.Context, c *outbox.Claim) (outbox.Record, error)

// once does work for a key that has not come before, or returns what that was
// answered by. Without a key it just does the work.
func (f *Function) once(ctx context.Context, key, hash string, do work) (answer outbox.Record, again bool, err error) {
	if key == "" {
		answer, err = do(ctx, nil)
		return answer, false, err
	}
	claim, earlier, err := f.outbox.Begin(ctx, key, hash)
	if err != nil {
		return answer, false, err
	}
	if earlier != nil {
		return *earlier, true, nil
	}
	answer, err = do(ctx, claim)
	f.end(ctx, claim, answer, err)
	return answer, false, err
}

// end answers a key, or has it forgotten. Where the store takes neither, the key ends
// by itself, and what comes again is forwarded again: it says the same.
func (f *Function) end(ctx context.Context, c *outbox.Claim, answer outbox.Record, failure error) {
	if c == nil || c.Answered() {
		return
	}
	ctx, cancel := afterwards(ctx)
	defer cancel()
	var err error
	if failure != nil || answer.Status == "" {
		err = f.outbox.Release(ctx, c)
	} else {
		err = f.outbox.Finish(ctx, outbox.Answer{Claim: c, Record: answer})
	}
	if err != nil {
		f.config.Logger.WarnContext(ctx, "answer not kept", slog.String("error", err.Error()))
	}
}
