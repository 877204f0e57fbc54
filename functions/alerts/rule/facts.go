package rule

import (
	"time"

	"signalbox/shared/card"
)

// Facts are what every rule says of a card or a pool, as the observation has
// them. What is unknown is zero. They hold nothing that changes while the data
// does not, such as the days that are left.
type Facts struct {
	Tags      []string      `json:"tags,omitempty"`
	Remark    string        `json:"remark,omitempty"`
	Package   string        `json:"package,omitempty"`
	Pool      string        `json:"pool,omitempty"`
	Expires   time.Time     `json:"expires,omitzero"`
	Used      card.DataSize `json:"used,omitzero"`
	Rest      card.DataSize `json:"rest,omitzero"`
	Ratio     card.Ratio    `json:"ratio,omitzero"`
	Refreshed time.Time     `json:"refreshed,omitzero"`
	Renews    time.Time     `json:"renews,omitzero"`
}

func (o Observation) facts() Facts {
	return Facts{
		Tags: o.Tags, Remark: o.Remark, Package: o.Package, Pool: o.Pool, Expires: o.Expires,
		Used: o.Used, Rest: o.Rest, Ratio: o.Ratio, Refreshed: o.Refreshed, Renews: o.Renews,
	}
}
