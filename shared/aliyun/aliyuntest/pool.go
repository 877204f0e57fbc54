package aliyuntest

import "time"

// pool is the data that several cards share.
type pool struct{ total, used int64 } // bytes

// SetPool makes the pool of that number, or changes it: a top-up, more usage.
// [Server.SetCard] puts cards into it. The month that is asked for is of no
// account.
func (s *Server) SetPool(no string, totalBytes, usedBytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pools[no] = pool{totalBytes, usedBytes}
}

func (s *Server) pool(no string) (pool, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.pools[no]
	return p, ok
}

// dataType is the kind of plan that the card has.
func (c Card) dataType() string {
	if c.Pool != "" {
		return "sameflowcard"
	}
	return "single"
}

type poolStatistics struct {
	CredentialNO           string
	CredentialType         string
	CredentialInstanceID   string `json:"CredentialInstanceId" xml:"CredentialInstanceId"`
	CardTotalNum           int64
	CardActiveNum          int64
	EffectiveTotalFlow     string
	EffectiveAvailableFlow string
	PoolUsed               string
	PoolOutUsed            string
	SmsUsed                int64
	MonthUsedAmount        string // a number by its type, a text in the sample
}

// getCredentialPoolStatistics answers
// https://help.aliyun.com/zh/iotmcp/developer-reference/api-getcredentialpoolstatistics.
func (s *Server) getCredentialPoolStatistics(q *query) (result, error) {
	no := q.get("CredentialNO")
	if no == "" {
		return result{}, missing("CredentialNO")
	}
	if _, err := time.ParseInLocation("200601", q.get("Date"), shanghai); err != nil {
		return result{}, badRequest("linkcard.check.TimeFormatError", "Date is not of the form yyyyMM.")
	}
	p, ok := s.pool(no)
	if !ok {
		return result{}, badRequest("linkcard.common.CredentialNoNotExist", "The credential does not exist.")
	}
	cards, active := s.fleet.members(no)
	return q.succeed(poolStatistics{
		CredentialNO:           no,
		CredentialType:         "CM-SF-M-3-" + shortText(p.total),
		CredentialInstanceID:   "cred-" + no,
		CardTotalNum:           cards,
		CardActiveNum:          active,
		EffectiveTotalFlow:     flowText(p.total),
		EffectiveAvailableFlow: flowText(max(0, p.total-p.used)),
		PoolUsed:               flowText(p.used),
		PoolOutUsed:            flowText(max(0, p.used-p.total)),
		MonthUsedAmount:        flowText(p.used),
	}), nil
}

// members counts the cards of a pool, and those of them that are in use. Only an
// edited card is in a pool.
func (f *fleet) members(no string) (cards, active int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, card := range f.edited {
		if card.Pool != no || f.removed[i] {
			continue
		}
		cards++
		if card.Status == StatusInUse {
			active++
		}
	}
	return cards, active
}
