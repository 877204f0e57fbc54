package aliyun

import (
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/google/go-cmp/cmp"

	"signalbox/shared/aliyun/credential"
)

// vector is a published example of a signed call.
type vector struct {
	name, method, version, action, format, region string
	params                                        map[string]string
	credentials                                   credential.Credentials
	nonce, time, signature                        string
}

// vectors are the examples of Alibaba's documents on the RPC signature and on
// text messages, and one of our own with an array, computed by independent code.
var vectors = []vector{
	{
		name: "RPC document", method: "GET", version: "2014-05-26", action: "DescribeRegions", format: "XML",
		credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
		nonce:       "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf", time: "2016-02-23T12:46:24Z",
		signature: "OLeaidS1JvxuMvnyHOwuJ+uX5qY=",
	},
	{
		name: "SMS document", method: "GET", version: "2017-05-25", action: "SendSms", format: "XML", region: "cn-hangzhou",
		params: map[string]string{
			"OutId": "123", "PhoneNumbers": "15300000001", "SignName": "阿里云短信测试专用",
			"TemplateCode": "SMS_71390007", "TemplateParam": `{"customer":"test"}`,
		},
		credentials: credential.Credentials{AccessKeyID: "testId", AccessKeySecret: "testSecret"},
		nonce:       "45e25e9b-0a6f-4070-8c85-2956eda1b466", time: "2017-07-12T02:42:19Z",
		signature: "zJDF+Lrzhj/ThnlvIToysFRq6t4=",
	},
	{
		name: "array", method: "POST", version: "2021-05-20", action: "GetCardFlowInfo", format: "JSON",
		params:      map[string]string{"Iccid": "89860321000000015668", "DateList.1": "202110", "DateList.2": "202111"},
		credentials: credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret"},
		nonce:       "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf", time: "2026-01-02T03:04:05Z",
		signature: "GSy9JgvxEWAYdLuB/OIYVPNjSpc=",
	},
}

func (v vector) model() *requests.RpcRequest {
	model := &requests.RpcRequest{}
	model.InitWithApiInfo("product", v.version, v.action, "", "")
	model.Method, model.AcceptFormat = v.method, v.format
	maps.Copy(model.QueryParams, v.params)
	return model
}

func TestSignVectors(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			at, err := time.Parse(time.RFC3339, v.time)
			if err != nil {
				t.Fatal(err)
			}
			model := v.model()
			if err := sign(model, v.credentials, v.region, stamp{v.nonce, at}); err != nil {
				t.Fatal(err)
			}
			if got := model.GetQueryParams()["Signature"]; got != v.signature {
				t.Errorf("signature = %s, want %s", got, v.signature)
			}
		})
	}
}

// TestSignAgreesWithTheSDK signs a call with the SDK's own signer, and then again
// with the nonce and the time that it chose.
func TestSignAgreesWithTheSDK(t *testing.T) {
	t.Parallel()
	model := func() *requests.RpcRequest {
		m := vectors[2].model()
		m.QueryParams["Odd"] = "~ +*/%&=阿里云"
		m.FormParams["InBody"] = "a b"
		return m
	}
	theirs := model()
	provider := credentials.NewStaticSTSCredentialsProvider("id", "secret", "token+/=")
	if err := auth.Sign(theirs, nil, "cn-hangzhou", provider); err != nil {
		t.Fatal(err)
	}
	want := theirs.GetQueryParams()
	at, err := time.Parse(time.RFC3339, want["Timestamp"])
	if err != nil {
		t.Fatal(err)
	}
	ours := model()
	ours.QueryParams["SignatureType"] = "" // which we would leave out
	keys := credential.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "token+/="}
	if err := sign(ours, keys, "cn-hangzhou", stamp{want["SignatureNonce"], at}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, ours.GetQueryParams()); diff != "" {
		t.Errorf("signed parameters (-sdk +ours):\n%s", diff)
	}
}

func TestSignedRequestCarriesItsStamp(t *testing.T) {
	t.Parallel()
	client := &Client{endpoint: "https://linkcard.aliyuncs.com/", config: Config{Region: "cn-hangzhou"}}
	at := time.Date(2026, 1, 2, 11, 4, 5, 0, time.FixedZone("CST", 8*60*60))
	keys := credential.Credentials{AccessKeyID: "testid", AccessKeySecret: "testsecret", SecurityToken: "token"}
	request, err := client.signed(t.Context(), vectors[2].model(), keys, stamp{"nonce", at})
	if err != nil {
		t.Fatal(err)
	}
	got := request.URL.Query()
	got.Del("Signature")
	want := url.Values{
		"Action": {"GetCardFlowInfo"}, "Version": {"2021-05-20"}, "Format": {"JSON"}, "RegionId": {"cn-hangzhou"},
		"AccessKeyId": {"testid"}, "SecurityToken": {"token"},
		"SignatureMethod": {"HMAC-SHA1"}, "SignatureVersion": {"1.0"}, "SignatureNonce": {"nonce"},
		"Timestamp": {"2026-01-02T03:04:05Z"},
		"Iccid":     {"89860321000000015668"}, "DateList.1": {"202110"}, "DateList.2": {"202111"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if request.Method != http.MethodPost || request.URL.Host != "linkcard.aliyuncs.com" || request.URL.Path != "/" {
		t.Errorf("request goes by %s to %s%s, want POST to the endpoint's root", request.Method, request.URL.Host, request.URL.Path)
	}
}
