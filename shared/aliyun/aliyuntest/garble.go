package aliyuntest

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Garbling is a way for a card to be garbled in ListCardInfo.
type Garbling string

// The garblings, of which the first five are of odd types. None of them has an XML.
const (
	OddUsage  Garbling = "OddUsage"  // PeriodAddFlow is a list
	OddExpiry Garbling = "OddExpiry" // ExpireTime is an object
	OddTags   Garbling = "OddTags"   // TagList is a text
	OddICCID  Garbling = "OddICCID"  // Iccid is an object
	TextCard  Garbling = "TextCard"  // a text for a card
	NullCard  Garbling = "NullCard"  // null for a card
	BadUsage  Garbling = "BadUsage"  // PeriodAddFlow is no size
	BadExpiry Garbling = "BadExpiry" // ExpireTime is no time
	BadICCID  Garbling = "BadICCID"  // Iccid is no ICCID
	NoStatus  Garbling = "NoStatus"  // there is no Status
)

// Garblings returns all of them.
func Garblings() []Garbling {
	return []Garbling{OddUsage, OddExpiry, OddTags, OddICCID, TextCard, NullCard, BadUsage, BadExpiry, BadICCID, NoStatus}
}

// GarbleCard garbles a card wherever ListCardInfo shows it, until it is called
// without ways. GetCardFlowInfo knows the card as before.
func (s *Server) GarbleCard(iccid string, ways ...Garbling) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.garbled[iccid] = slices.Clone(ways)
}

func (s *Server) garblings(iccid string) []Garbling {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.garbled[iccid]
}

// PoisonCard has every page of ListCardInfo that would show the card fail with a
// fault of that kind, such as Status500 or Truncated, whatever the page's size;
// "" heals it. It panics on a kind it does not know.
func (s *Server) PoisonCard(iccid string, kind Kind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kind == "" {
		delete(s.poison, iccid)
		return
	}
	checkKind(kind)
	s.poison[iccid] = kind
}

// poisonOf returns how a card breaks the page that q asks for; "" if none does.
func (s *Server) poisonOf(q *query) Kind {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.poison) == 0 || q.api.name != "ListCardInfo" {
		return ""
	}
	page, err := s.fleet.list(q)
	if err != nil {
		return ""
	}
	for _, card := range page.cards {
		if kind, ok := s.poison[card.ICCID]; ok {
			return kind
		}
	}
	return ""
}

// garble returns what stands in the list for a card.
func garble(q *query, card any, ways ...Garbling) any {
	info, ok := card.(cardInfo)
	if !ok || !q.json() || len(ways) == 0 {
		return card
	}
	members := membersOf(info)
	for _, way := range ways {
		switch way {
		case OddUsage:
			members["PeriodAddFlow"] = []int{1}
		case OddExpiry:
			members["ExpireTime"] = map[string]any{"time": info.ExpireTime}
		case OddTags:
			members["TagList"] = "field"
		case OddICCID:
			members["Iccid"] = map[string]any{"number": info.Iccid}
		case TextCard:
			return info.Iccid
		case NullCard:
			return nil
		case BadUsage:
			members["PeriodAddFlow"] = "12 parsecs"
		case BadExpiry:
			members["ExpireTime"] = noTime
		case BadICCID:
			members["Iccid"] = "8986-03?"
		case NoStatus:
			delete(members, "Status")
		default:
			panic("aliyuntest: no garbling " + string(way))
		}
	}
	return members
}

func membersOf(info cardInfo) map[string]any {
	var members map[string]any
	body, err := json.Marshal(info)
	if err == nil {
		err = json.Unmarshal(body, &members)
	}
	if err != nil {
		panic(fmt.Sprintf("aliyuntest: encode a card: %v", err)) // all its fields have an encoding
	}
	return members
}
