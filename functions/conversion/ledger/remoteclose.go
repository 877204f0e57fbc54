package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"signalbox/functions/conversion/window"
)

func (r *remote) closeDue(ctx context.Context) (closed int, err error) {
	if err := r.Prepare(ctx); err != nil {
		return 0, err
	}
	now, err := r.now(ctx)
	if err != nil {
		return 0, err
	}
	due, err := r.Client.ZRangeByScore(ctx, r.indexKey(window.Open), &redis.ZRangeBy{
		Min: "-inf", Max: "(" + strconv.FormatInt(now.UnixMilli(), 10),
	}).Result()
	if err != nil {
		return 0, err
	}
	var damaged error
	for _, name := range due {
		done, err := r.close(ctx, name)
		if ctx.Err() != nil {
			return closed, err
		}
		if done {
			closed++
		}
		damaged = errors.Join(damaged, err)
	}
	return closed, errors.Join(damaged, r.trim(ctx, now))
}

// trim takes windows off the lists that have expired by themselves.
func (r *remote) trim(ctx context.Context, now time.Time) error {
	before := now.Add(-2 * r.config.Keep)
	pipe := r.Client.Pipeline()
	pipe.ZRemRangeByScore(ctx, r.startsKey(), "-inf", strconv.FormatInt(before.Unix(), 10))
	for _, status := range indexed {
		pipe.ZRemRangeByScore(ctx, r.indexKey(status), "-inf", strconv.FormatInt(before.UnixMilli(), 10))
	}
	_, err := pipe.Exec(ctx)
	return err
}

// close closes one window, unless another instance does.
func (r *remote) close(ctx context.Context, name string) (closed bool, err error) {
	span, err := spanOf(name)
	if err != nil {
		return false, err
	}
	var lost error // the hour's damage: it keeps no window from being reported
	err = r.repeat(ctx, func() (bool, error) {
		closed = false
		found, err := r.read(ctx, span)
		switch {
		case err != nil:
			return false, err
		case len(found.fields) == 0: // it has expired
			return true, r.Client.ZRem(ctx, r.indexKey(window.Open), name).Err()
		case found.record.Status != window.Open:
			return true, nil
		}
		hour, err := r.readHour(ctx, span)
		if lost = err; err != nil && !IsDamage(err) {
			return false, err
		}
		w, err := r.closing(span, found, hour)
		if err != nil {
			return false, err
		}
		closed, err = w.run(ctx, r.Client, whenever)
		return closed, err
	})
	return closed && err == nil, cmp.Or(err, lost)
}

// closing is what closing a window writes.
func (r *remote) closing(span window.Span, found windowFields, hour hourValue) (*write, error) {
	groups, err := json.Marshal(found.groups)
	if err != nil {
		return nil, err
	}
	merged, err := json.Marshal(window.Merge(hour.groups, found.groups))
	if err != nil {
		return nil, err
	}
	w, key, keep := r.newWrite(), r.windowKey(span), r.config.Keep
	for _, field := range []string{"status", "requested", "verified"} {
		value, exists := found.fields[field]
		w.require(key, field, value, exists)
	}
	w.hash(keep, "HSET", key, "status", string(window.Waiting), "closed", "1", "groups", string(groups))
	w.do("DEL", r.requestedKey(span))
	w.do("DEL", r.verifiedKey(span))
	if !hour.damaged {
		w.require(hour.key, "", hour.value, hour.value != "")
		w.do("SET", hour.key, string(merged), "PX", hoursKept.Milliseconds())
	}
	w.set(2*keep, "ZREM", r.indexKey(window.Open), member(span))
	w.set(2*keep, "ZADD", r.indexKey(window.Waiting), span.To().UnixMilli(), member(span))
	return w, nil
}

type hourValue struct {
	key, value string
	groups     []window.Group
	damaged    bool // it is left as it is
}

func (r *remote) readHour(ctx context.Context, span window.Span) (h hourValue, err error) {
	h.key = r.hourKey(span.From().Truncate(time.Hour).Unix())
	h.value, err = r.Client.Get(ctx, h.key).Result()
	if errors.Is(err, redis.Nil) {
		return h, nil
	}
	if err == nil {
		err = r.decode(h.key, h.value, &h.groups)
	}
	err = damageOf(h.key, err)
	h.damaged = IsDamage(err)
	return h, err
}

func (r *remote) mark(ctx context.Context, w window.Window) error {
	span := w.Span()
	return r.repeat(ctx, func() (bool, error) {
		status, err := r.Client.HGet(ctx, r.windowKey(span), "status").Result()
		switch {
		case errors.Is(err, redis.Nil), err == nil && status == string(window.Open):
			return false, ErrNotClosed
		case err != nil:
			return false, damageOf(r.windowKey(span), err)
		case status == string(window.Reported) && w.Status != window.Reported:
			return true, nil
		}
		return r.marking(span, status, w).run(ctx, r.Client, whenever)
	})
}

func (r *remote) marking(span window.Span, status string, marked window.Window) *write {
	w, key, keep := r.newWrite(), r.windowKey(span), r.config.Keep
	w.require(key, "status", status, true)
	var reportTime int64
	if !marked.ReportTime.IsZero() {
		reportTime = marked.ReportTime.UnixMilli()
	}
	w.hash(keep, "HSET", key, "status", string(marked.Status), "reportTime", reportTime, "requestId", marked.RequestID)
	for _, list := range []window.Status{window.Waiting, window.Dead} {
		if list == marked.Status {
			w.set(2*keep, "ZADD", r.indexKey(list), span.To().UnixMilli(), member(span))
		} else {
			w.set(2*keep, "ZREM", r.indexKey(list), member(span))
		}
	}
	return w
}
