package aliyun

import (
	"crypto/rand"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"

	"signalbox/shared/aliyun/credential"
)

// Request is one operation with its parameters.
type Request interface {
	// Model returns a new request model of alibaba-cloud-sdk-go. Signing
	// writes into a model, so every attempt asks for its own.
	Model() requests.AcsRequest
}

// stamp is what makes each signature different.
type stamp struct {
	nonce string
	time  time.Time
}

// newStamp returns a nonce of 130 random bits and the time.
func newStamp() stamp { return stamp{nonce: rand.Text(), time: time.Now()} }

// sign adds the common parameters and the signature to model (RPC style,
// signature version 1.0).
//
// https://www.alibabacloud.com/help/en/sdk/product-overview/rpc-mechanism
func sign(model requests.AcsRequest, c credential.Credentials, region string, s stamp) error {
	if err := requests.InitParams(model); err != nil {
		return err
	}
	return auth.Sign(stampedRequest{model, s}, nil, region, static{c})
}

// stampedRequest is a request model whose nonce and time are ours. auth.Sign
// sets both itself and reads the parameters again to sign them; the values
// given here are the ones it then finds. It also leaves out the parameters that
// the SDK would send empty.
type stampedRequest struct {
	requests.AcsRequest
	stamp stamp
}

func (r stampedRequest) GetQueryParams() map[string]string {
	params := r.AcsRequest.GetQueryParams()
	if _, signing := params["SignatureNonce"]; signing {
		params["SignatureNonce"] = r.stamp.nonce
		params["Timestamp"] = r.stamp.time.UTC().Format("2006-01-02T15:04:05Z")
		deleteEmpty(params, "SignatureType", "RegionId")
	}
	return params
}

func deleteEmpty(params map[string]string, names ...string) {
	for _, name := range names {
		if params[name] == "" {
			delete(params, name)
		}
	}
}

// static gives auth.Sign the credentials of one attempt.
type static struct{ credential.Credentials }

func (s static) GetCredentials() (*credentials.Credentials, error) {
	return &credentials.Credentials{
		AccessKeyId:     s.AccessKeyID,
		AccessKeySecret: s.AccessKeySecret,
		SecurityToken:   s.SecurityToken,
		ProviderName:    s.GetProviderName(),
	}, nil
}

func (static) GetProviderName() string { return "signalbox" }
