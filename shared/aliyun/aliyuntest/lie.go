package aliyuntest

import (
	"cmp"
	"context"
	"slices"
	"strconv"
)

// The kinds of faults of ListCardInfo alone. The call is served, and its answer
// says what is not so.
const (
	NoPageCount  Kind = "NoPageCount"  // PageCount 0
	OnePage      Kind = "OnePage"      // PageCount 1
	NoTotal      Kind = "NoTotal"      // Total and PageCount 0, the cards are there
	TotalAsText  Kind = "TotalAsText"  // the page's numbers as texts
	TotalOdd     Kind = "TotalOdd"     // the page's numbers as objects
	FewerTotal   Kind = "FewerTotal"   // Total and PageCount less Percent, the cards are there
	FewerCards   Kind = "FewerCards"   // as if the last Percent of the fleet did not exist
	OtherAccount Kind = "OtherAccount" // as many cards, of another account
	ShortPage    Kind = "ShortPage"    // the last Percent of the page's cards are missing
	ShiftedPage  Kind = "ShiftedPage"  // the page begins five cards early, which the page before has as well
	RepeatedCard Kind = "RepeatedCard" // each card of the page twice, the second time without use
	GarbledPage  Kind = "GarbledPage"  // all cards of the page with Garbling
	EmptyPage    Kind = "EmptyPage"    // no List at all, and the numbers as they are
	ListAsText   Kind = "ListAsText"   // a text where the list should be
)

// The kinds of faults of GetCardFlowInfo alone.
const (
	UnknownCard    Kind = "UnknownCard"    // CardNotExist, though it does exist
	NoPackages     Kind = "NoPackages"     // an empty list of packages
	NoVendors      Kind = "NoVendors"      // an empty list of networks
	NoMonths       Kind = "NoMonths"       // an empty list of months
	NoData         Kind = "NoData"         // success, without Data
	OddFlow        Kind = "OddFlow"        // lists and fields of odd types
	UnreadableFlow Kind = "UnreadableFlow" // times and sizes that are none
)

// The kinds of faults of GetCredentialPoolStatistics alone.
const (
	UnknownPool Kind = "UnknownPool" // CredentialNoNotExist, though it does exist
	OddPool     Kind = "OddPool"     // the sizes of an odd type
	EmptyPool   Kind = "EmptyPool"   // success, without Data
)

// lie is a fault of one action.
type lie struct {
	action string
	effect effect
}

// lies is the table of the faults that one action can have; nothing changes it.
var lies = map[Kind]lie{
	NoPageCount:  listing(func(_ Fault, _ *query, p *cardPage) { p.PageCount = 0 }),
	OnePage:      listing(func(_ Fault, _ *query, p *cardPage) { p.PageCount = 1 }),
	NoTotal:      listing(func(_ Fault, _ *query, p *cardPage) { p.Total, p.PageCount = 0, 0 }),
	TotalAsText:  listing(func(_ Fault, _ *query, p *cardPage) { p.Total, p.PageCount = text(p.Total), text(p.PageCount) }),
	TotalOdd:     listing(oddTotal),
	FewerTotal:   listing(func(f Fault, _ *query, p *cardPage) { p.count(f.without(p.total)) }),
	FewerCards:   listing(fewerCards),
	OtherAccount: listing(otherAccount),
	ShortPage:    listing(func(f Fault, _ *query, p *cardPage) { p.List = p.List[:f.without(len(p.List))] }),
	ShiftedPage:  listing(shifted),
	RepeatedCard: listing(repeatedCard),
	GarbledPage:  listing(garbledPage),
	EmptyPage:    listing(func(_ Fault, _ *query, p *cardPage) { p.List = nil }),
	ListAsText:   data("ListCardInfo", instead(map[string]any{"PageNo": 1, "Total": 1, "List": "none"})),

	UnknownCard:    {"GetCardFlowInfo", refusal(400, "linkcard.common.CardNotExist", "The card does not exist.")},
	NoPackages:     flow(func(f *cardFlow) { f.ListPackageDTO = []packageDTO{} }),
	NoVendors:      flow(func(f *cardFlow) { f.ListVendorDetail = []vendorDetail{} }),
	NoMonths:       flow(func(f *cardFlow) { f.ListCardMonthFlow = []monthFlow{} }),
	NoData:         data("GetCardFlowInfo", instead(nil)),
	OddFlow:        data("GetCardFlowInfo", instead(oddFlow)),
	UnreadableFlow: flow(unreadable),

	UnknownPool: {"GetCredentialPoolStatistics", refusal(400, "linkcard.common.CredentialNoNotExist", "The credential does not exist.")},
	OddPool:     data("GetCredentialPoolStatistics", instead(map[string]any{"EffectiveTotalFlow": map[string]any{}, "EffectiveAvailableFlow": []int{1}})),
	EmptyPool:   data("GetCredentialPoolStatistics", instead(nil)),
}

// data is a lie about the Data of an action's answer.
func data(action string, change func(f Fault, q *query, data any) any) lie {
	return lie{action, func(_ context.Context, f Fault, q *query, serve func() answer) (answer, error) {
		q.change = func(data any) any { return change(f, q, data) }
		return serve(), nil
	}}
}

// instead is a lie that does not depend on the truth. What it says has no XML.
func instead(odd map[string]any) func(Fault, *query, any) any {
	return func(_ Fault, q *query, data any) any {
		switch {
		case odd == nil:
			return nil
		case !q.json():
			return data
		default:
			return odd
		}
	}
}

func listing(change func(Fault, *query, *cardPage)) lie {
	return data("ListCardInfo", func(f Fault, q *query, data any) any {
		page, ok := data.(cardPage)
		if ok {
			change(f, q, &page)
		}
		return page
	})
}

func flow(change func(*cardFlow)) lie {
	return data("GetCardFlowInfo", func(_ Fault, _ *query, data any) any {
		flow, ok := data.(cardFlow)
		if ok {
			change(&flow)
		}
		return flow
	})
}

// without is n less the fault's percentage.
func (f Fault) without(n int) int { return n - n*cmp.Or(f.Percent, 50)/100 }

func text(n any) any {
	if n, ok := n.(int); ok {
		return strconv.Itoa(n)
	}
	return n
}

func oddTotal(_ Fault, q *query, p *cardPage) {
	if q.json() {
		p.Total, p.PageCount = map[string]any{"n": p.Total}, []any{p.PageCount}
	}
}

func fewerCards(f Fault, _ *query, p *cardPage) {
	left := f.without(p.total)
	p.List = p.List[:min(len(p.List), max(0, left-p.skip))]
	p.count(left)
}

// otherAccount lists cards that this account does not have.
func otherAccount(_ Fault, q *query, p *cardPage) {
	for i := range p.List {
		if info, ok := p.List[i].(cardInfo); ok {
			info.Iccid = iccidOf(q.fleet.size + 1_000_000 + p.skip + i)
			p.List[i] = info
		}
	}
}

const shiftedBy = 5

func shifted(_ Fault, q *query, p *cardPage) {
	cards, _ := q.fleet.page("", p.match, max(0, p.skip-shiftedBy), len(p.List))
	for i, card := range cards {
		p.List[i] = q.fleet.info(card, q.at)
	}
}

func repeatedCard(_ Fault, _ *query, p *cardPage) {
	for _, card := range slices.Clone(p.List) {
		if info, ok := card.(cardInfo); ok {
			info.PeriodAddFlow = flowText(0)
			p.List = append(p.List, info)
		}
	}
}

func garbledPage(f Fault, q *query, p *cardPage) {
	for i, card := range p.List {
		p.List[i] = garble(q, card, cmp.Or(f.Garbling, OddUsage))
	}
}

// oddFlow has an odd type in each list and in a field of each.
var oddFlow = map[string]any{
	"ListVendorDetail":  "none",
	"ListCardMonthFlow": []any{nil, 7, map[string]any{"Month": []int{202601}, "ListDayFlow": map[string]any{}}},
	"ListPackageDTO":    []any{map[string]any{"PackageName": "odd", "ExpireTime": map[string]any{"t": 1}}},
}

func unreadable(f *cardFlow) {
	f.ListVendorDetail, f.ListPackageDTO = slices.Clone(f.ListVendorDetail), slices.Clone(f.ListPackageDTO)
	for i := range f.ListVendorDetail {
		f.ListVendorDetail[i].UsedFlow, f.ListVendorDetail[i].Ratio = "12 parsecs", "most"
	}
	for i := range f.ListPackageDTO {
		f.ListPackageDTO[i].EffectiveTime, f.ListPackageDTO[i].ExpireTime = "soon", noTime
	}
	for i := range f.ListCardMonthFlow {
		f.ListCardMonthFlow[i].FlowCount = "some"
	}
}

// noTime has the form of a time and is none.
const noTime = "2026-13-45 25:61:61"
