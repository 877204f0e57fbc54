package aliyun

import (
	"maps"
	"net/url"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/utils"

	"signalbox/shared/aliyun/credential"
)

// Request is one operation with its parameters.
type Request interface {
	// Model returns a new request model of alibaba-cloud-sdk-go. Signing
	// writes into a model, so every attempt asks for its own.
	Model() requests.AcsRequest
	// Subject names what the call is about, for the log: a masked ICCID, or
	// nothing.
	Subject() string
}

// sign adds the common parameters and the signature to model (RPC style,
// signature version 1.0).
//
// It stands for the SDK's auth.Sign, with the same parameters but for
// those that would be empty: auth.Sign has its own nonce, whose making costs as
// much as all the rest of a call, and its own clock, which cannot be set right.
//
// https://www.alibabacloud.com/help/en/sdk/product-overview/rpc-mechanism
func sign(model requests.AcsRequest, c credential.Credentials, region string, s stamp) error {
	if err := requests.InitParams(model); err != nil {
		return err
	}
	params := model.GetQueryParams()
	params["Action"] = model.GetActionName()
	params["Version"] = model.GetVersion()
	params["Format"] = model.GetAcceptFormat()
	params["AccessKeyId"] = c.AccessKeyID
	params["SignatureMethod"] = "HMAC-SHA1"
	params["SignatureVersion"] = "1.0"
	params["SignatureNonce"] = s.nonce
	params["Timestamp"] = s.time.UTC().Format("2006-01-02T15:04:05Z")
	setUnlessEmpty(params, "RegionId", region)
	setUnlessEmpty(params, "SecurityToken", c.SecurityToken)
	text := stringToSign(model.GetMethod(), params, model.GetFormParams())
	params["Signature"] = utils.ShaHmac1(text, c.AccessKeySecret+"&")
	return nil
}

func setUnlessEmpty(params map[string]string, name, value string) {
	if value != "" {
		params[name] = value
	}
}

// stringToSign joins all parameters, those of the body too, in the order of
// their names.
func stringToSign(method string, query, form map[string]string) string {
	if len(form) > 0 {
		query = maps.Clone(query)
		maps.Copy(query, form)
	}
	// QueryEscape differs from what is signed in the space alone.
	canonical := strings.ReplaceAll(utils.GetUrlFormedMap(query), "+", "%20")
	return method + "&%2F&" + url.QueryEscape(canonical)
}
