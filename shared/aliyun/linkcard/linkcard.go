// Package linkcard calls the IoT SIM service of Alibaba Cloud, linkcard
// 2021-05-20: one file per action.
//
// https://help.aliyun.com/zh/iotmcp/developer-reference/api-linkcard-2021-05-20-overview
package linkcard

import (
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"

	"signalbox/shared/aliyun"
)

// Client calls linkcard through a signed, throttled client of its endpoint. It
// is safe for concurrent use.
type Client struct {
	api *aliyun.Client
}

// New returns a Client that calls through api.
func New(api *aliyun.Client) *Client { return &Client{api: api} }

// newModel returns the common part of a request model.
func newModel(action string) *requests.RpcRequest {
	model := &requests.RpcRequest{}
	model.InitWithApiInfo("linkcard", "2021-05-20", action, "", "")
	return model
}

// Envelope is what every answer of linkcard begins with.
type Envelope struct {
	Code             aliyun.Text // "200" where all is well
	RequestID        aliyun.Text `json:"RequestId" xml:"RequestId"`
	Success          aliyun.Text // "true" or "false"
	ErrorMessage     aliyun.Text // empty where all is well
	LocalizedMessage aliyun.Text // ErrorMessage in the account's language
}

// Outcome says whether the answer is a success: a refusal can come with HTTP
// status 200.
func (e Envelope) Outcome() aliyun.Outcome {
	return aliyun.Outcome{
		OK:        e.Code == "200" && e.Success.True(),
		Code:      string(e.Code),
		Message:   string(e.ErrorMessage),
		RequestID: string(e.RequestID),
	}
}
