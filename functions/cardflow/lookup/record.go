package lookup

import (
	"slices"
	"time"

	"signalbox/functions/cardflow/flow"
	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
)

// record is what Alibaba said of one card, in its own words. It is not changed once it
// is made.
type record struct {
	Version int       `json:"version"`
	ICCID   string    `json:"iccid"`
	At      time.Time `json:"at"` // of Card

	RequestID string            `json:"requestId,omitempty"`
	Card      linkcard.CardFlow `json:"card"` // without its months
	Series    []series          `json:"series,omitempty"`

	// Listed is what the listing said at ListedAt; nil: it failed.
	ListedAt    time.Time          `json:"listedAt,omitzero"`
	Listed      *linkcard.CardInfo `json:"listed,omitempty"`
	TagsUnknown bool               `json:"tagsUnknown,omitempty"`

	// MissingAt is when the card did not exist, and Missing Alibaba's code for that.
	MissingAt time.Time `json:"missingAt,omitzero"`
	Missing   string    `json:"missing,omitempty"`
}

// series is what the card used in the months that were asked for together.
type series struct {
	Months string                   `json:"months"` // as in query
	At     time.Time                `json:"at"`
	List   []linkcard.CardMonthFlow `json:"list"`
}

const (
	version = 1
	// maxSeries is how many series of a card are kept, the newest.
	maxSeries = 4
	// overFor is how long ago a month must have ended to be over: Alibaba counts late.
	overFor = 24 * time.Hour
	// keepOver is how long months that are over are kept.
	keepOver = 24 * time.Hour
	// skew is how far clocks of two instances, or of one before and after a step, may differ.
	skew = time.Minute
)

// recordOfMissing remembers that a card does not exist.
func recordOfMissing(id card.ICCID, err error) *record {
	return &record{Version: version, ICCID: string(id), MissingAt: time.Now(), Missing: codeOf(err)}
}

func (r *record) isMissing(now time.Time) bool {
	return now.Sub(r.MissingAt).Abs() < missingFor
}

// isAhead reports whether the record is of a time that is yet to come.
func (r *record) isAhead(now time.Time) bool { return r.At.After(now.Add(skew)) }

// missing is the error of a card that did not exist when another instance asked.
func (r *record) missing() error {
	return &aliyun.Error{Action: "GetCardFlowInfo", Kind: aliyun.NotFound, Code: r.Missing}
}

func (r *record) series(months string) *series {
	for i := range r.Series {
		if r.Series[i].Months == months {
			return &r.Series[i]
		}
	}
	return nil
}

// with returns r, or the other if that is newer, with the series of both. Either may be
// nil.
func (r *record) with(other *record) *record {
	switch {
	case other == nil || other.At.IsZero():
		return r
	case r == nil || r.At.IsZero():
		return other
	case other.At.After(r.At):
		r, other = other, r
	}
	merged := *r
	merged.Series = slices.Clone(r.Series)
	for _, s := range other.Series {
		if merged.series(s.Months) == nil {
			merged.Series = append(merged.Series, s)
		}
	}
	slices.SortStableFunc(merged.Series, func(a, b series) int { return b.At.Compare(a.At) })
	merged.Series = merged.Series[:min(len(merged.Series), maxSeries)]
	return &merged
}

// isOver reports whether all of its months were over when it was asked for.
func (s *series) isOver(zone *time.Location) bool {
	if s.Months == "" {
		return false
	}
	for text := range split(s.Months) {
		m, err := card.ParseMonth(text)
		if err != nil || s.At.Before(time.Date(m.Year, m.Month+1, 1, 0, 0, 0, 0, zone).Add(overFor)) {
			return false
		}
	}
	return true
}

// lifetime returns until when an answer made of r for q is fresh, and usable, and whether
// it can be made at all.
func (r *record) lifetime(q query, c Config, now time.Time) (freshUntil, usableUntil time.Time, ok bool) {
	if r == nil || r.At.IsZero() || r.isAhead(now) {
		return time.Time{}, time.Time{}, false
	}
	s := r.series(q.months)
	if s == nil || s.At.After(now.Add(skew)) {
		return time.Time{}, time.Time{}, false
	}
	usable := max(c.TTL, c.Stale)
	freshUntil, usableUntil = r.At.Add(c.TTL), r.At.Add(usable)
	if s.isOver(c.Zone) {
		return earlier(freshUntil, s.At.Add(keepOver)), earlier(usableUntil, s.At.Add(keepOver)), true
	}
	return earlier(freshUntil, s.At.Add(c.TTL)), earlier(usableUntil, s.At.Add(usable)), true
}

// keepFor is how long others may find it in Redis.
func (r *record) keepFor(c Config) time.Duration {
	for i := range r.Series {
		if r.Series[i].isOver(c.Zone) {
			return max(c.TTL, c.Stale, keepOver)
		}
	}
	return max(c.TTL, c.Stale)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// flow makes the answer for the months of s.
func (r *record) flow(s *series, zone *time.Location) flow.Flow {
	data := r.Card
	data.ListCardMonthFlow = s.List
	at := r.At.In(zone)
	f := flow.New(card.ICCID(r.ICCID), linkcard.GetCardFlowInfoResponse{Data: data}.Usage(zone), r.listing(at, zone), at)
	f.RequestID = r.RequestID
	return f
}

func (r *record) listing(at time.Time, zone *time.Location) flow.Listing {
	if r.Listed == nil {
		return flow.Listing{}
	}
	i := r.Listed
	return flow.Listing{
		Known:       true,
		Status:      string(i.Status),
		OsStatus:    string(i.OsStatus),
		Tags:        i.Tags(),
		TagsUnknown: r.TagsUnknown,
		Remark:      string(i.Remark),
		Pool:        i.Pool(),
		Size:        card.ParseDataSize(string(i.DataLevel)),
		Counted:     card.ParseTime(string(i.FlowLatestModifiedTime), zone),
		Activated:   card.ParseTime(string(i.ActiveTime), zone),
		Balance:     i.Balance(at, zone),
	}
}
