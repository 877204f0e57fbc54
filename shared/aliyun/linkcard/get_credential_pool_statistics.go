package linkcard

import (
	"context"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"

	"signalbox/shared/aliyun"
	"signalbox/shared/card"
)

// CredentialUnknown is the code of the refusal for a plan that the account does
// not have, or no longer.
const CredentialUnknown = "linkcard.common.CredentialNoNotExist"

// GetCredentialPoolStatisticsRequest asks for the data of one pooled plan.
type GetCredentialPoolStatisticsRequest struct {
	CredentialNo string     // required; as in [CardInfo]
	Month        card.Month // required
}

// Model returns the request model: CredentialNO and Date.
func (r GetCredentialPoolStatisticsRequest) Model() requests.AcsRequest {
	return &struct {
		*requests.RpcRequest
		CredentialNo string `position:"Query" name:"CredentialNO"`
		Date         string `position:"Query" name:"Date"`
	}{newModel("GetCredentialPoolStatistics"), r.CredentialNo, r.Month.Vendor()}
}

// Subject names the plan.
func (r GetCredentialPoolStatisticsRequest) Subject() string { return r.CredentialNo }

// GetCredentialPoolStatisticsResponse is the answer as it comes, texts unchanged.
type GetCredentialPoolStatisticsResponse struct {
	Envelope
	Data PoolStatistics
}

// PoolStatistics is the Data of a GetCredentialPoolStatisticsResponse. Plans
// whose cards bring the data and plans that were bought as a whole each leave
// the other's fields empty. Used reads either.
type PoolStatistics struct {
	// Garbled names the fields that came with an odd type; they are empty.
	Garbled []string `json:"-" xml:"-"`

	CredentialNo    aliyun.Text `json:"CredentialNO" xml:"CredentialNO"`
	CredentialType  aliyun.Text // such as "CM-SF-M-3-100M"
	CardTotalNum    aliyun.Text
	CardActiveNum   aliyun.Text // neither stopped nor destroyed
	PoolUsed        aliyun.Text // used in the month, such as "3.00GB"
	PoolOutUsed     aliyun.Text // used in the month beyond the plan
	MonthUsedAmount aliyun.Text // a number by its type, "3.00GB" in the sample
	MonthExceedFee  aliyun.Text // above 0: beyond the plan

	// Of a plan whose cards bring the data, DataType sameflowcard.
	EffectiveTotalFlow     aliyun.Text // such as "12.00GB"
	EffectiveAvailableFlow aliyun.Text // left of it

	// Of a plan that was bought as a whole, DataType unityPayPool.
	PoolGrandTotal     aliyun.Text // such as "12.00GB"
	PoolGrandTotalUsed aliyun.Text
	PoolAvaiable       aliyun.Text // left of it; Alibaba's spelling
}

// GetCredentialPoolStatistics returns the data of one pooled plan, which its
// cards' own numbers do not show. Alibaba states no quota.
//
// https://help.aliyun.com/zh/iotmcp/developer-reference/api-getcredentialpoolstatistics
func (c *Client) GetCredentialPoolStatistics(ctx context.Context, r GetCredentialPoolStatisticsRequest) (GetCredentialPoolStatisticsResponse, error) {
	return aliyun.Call[GetCredentialPoolStatisticsResponse](ctx, c.api, r)
}

// Used returns what was used of the plan, and what is left; what the answer does
// not say is unknown.
func (p PoolStatistics) Used() (used, rest card.DataSize) {
	if rest := card.ParseDataSize(string(p.EffectiveAvailableFlow)); rest.Known() {
		return minus(card.ParseDataSize(string(p.EffectiveTotalFlow)), rest), rest
	}
	return card.ParseDataSize(string(p.PoolGrandTotalUsed)), card.ParseDataSize(string(p.PoolAvaiable))
}

// minus is unknown where either amount is, or where rest is the larger.
func minus(total, rest card.DataSize) card.DataSize {
	all, allKnown := total.Bytes()
	left, leftKnown := rest.Bytes()
	if !allKnown || !leftKnown {
		return card.DataSize{}
	}
	return card.Bytes(all - left)
}
