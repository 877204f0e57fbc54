package aliyun_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	sdk "github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/responses"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/card"
)

const benchBody = `{"Code":"200","RequestId":"E4F94B97-1D64-4080-BFD2-67461667AA43","Success":true,"Data":{` +
	`"ListVendorDetail":[{"NetWorkDelay":"20","SignalStrength":"20","Vendor":"CMCC","UsedFlow":"100MB","Ratio":"80%"}],` +
	`"ListCardMonthFlow":[{"FlowCount":"200MB","Month":"202112","ListDayFlow":[{"Flow":"100MB","Day":"20211201"}]}],` +
	`"ListPackageDTO":[{"EffectiveTime":"2022-03-20 23:59:59","Remark":"r","PackageName":"p","ExpireTime":"2022-04-30 23:59:59"}]}}`

// instant answers every request at once, without a network.
var instant = roundTripper(func(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header:        http.Header{"Content-Type": {"application/json"}},
		ContentLength: int64(len(benchBody)),
		Body:          io.NopCloser(strings.NewReader(benchBody)),
	}, nil
})

// unlimited is a quota without end.
type unlimited struct{}

func (unlimited) Wait(context.Context, string) error               { return nil }
func (unlimited) Throttled(context.Context, string, time.Duration) {}
func (unlimited) Answered(string, time.Duration)                   {}

// BenchmarkCall is a whole call: build, sign, send, read and decode.
func BenchmarkCall(b *testing.B) {
	calls := map[string]func(){"signalbox": newBenchCall(b), "DoAction": newSDKCall(b)}
	for name, call := range calls {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				call()
			}
		})
	}
}

// newBenchCall returns our call.
func newBenchCall(tb testing.TB) func() {
	tb.Helper()
	api, err := aliyun.New(aliyun.Config{
		Endpoint: "https://linkcard.aliyuncs.com", Region: "cn-hangzhou", Credentials: keys,
		Quota: unlimited{}, HTTPClient: &http.Client{Transport: instant},
	})
	if err != nil {
		tb.Fatal(err)
	}
	client := linkcard.New(api)
	request := linkcard.GetCardFlowInfoRequest{
		ICCID:  "89860321000000015668",
		Months: []card.Month{{Year: 2021, Month: time.October}, {Year: 2021, Month: time.November}},
	}
	return func() {
		answer, err := client.GetCardFlowInfo(tb.Context(), request)
		if err != nil || answer.Data.ListVendorDetail[0].UsedFlow != "100MB" {
			tb.Fatal("the call did not decode its answer", err)
		}
	}
}

// newSDKCall returns the same call by the SDK alone.
func newSDKCall(tb testing.TB) func() {
	tb.Helper()
	config := sdk.NewConfig().WithScheme("HTTPS")
	config.Transport = instant
	client, err := sdk.NewClientWithOptions("cn-hangzhou", config, credentials.NewAccessKeyCredential("testid", "testsecret"))
	if err != nil {
		tb.Fatal(err)
	}
	return func() {
		answer := &sdkResponse{BaseResponse: &responses.BaseResponse{}}
		if err := client.DoAction(newSDKRequest(), answer); err != nil || answer.Data.ListVendorDetail[0].UsedFlow != "100MB" {
			tb.Fatal("the SDK did not decode its answer", err)
		}
	}
}

// sdkResponse is the answer in the SDK's way, with the same fields.
type sdkResponse struct {
	*responses.BaseResponse

	Code      string
	RequestId string //nolint:revive // the SDK decodes by this name
	Success   bool
	Data      linkcardData
}

type linkcardData struct {
	ListVendorDetail  []struct{ NetWorkDelay, SignalStrength, Vendor, UsedFlow, Ratio string }
	ListCardMonthFlow []struct {
		FlowCount, Month string
		ListDayFlow      []struct{ Flow, Day string }
	}
	ListPackageDTO []struct{ EffectiveTime, Remark, PackageName, ExpireTime string }
}

func newSDKRequest() requests.AcsRequest {
	months := []string{"202110", "202111"}
	request := &struct {
		*requests.RpcRequest

		Iccid    string    `position:"Query" name:"Iccid"`
		DateList *[]string `position:"Query" name:"DateList" type:"Repeated"`
	}{&requests.RpcRequest{}, "89860321000000015668", &months}
	request.InitWithApiInfo("linkcard", "2021-05-20", "GetCardFlowInfo", "", "")
	request.Domain = "linkcard.aliyuncs.com"
	return request
}
