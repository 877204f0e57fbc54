package aliyuntest_test

import (
	"net/url"
	"testing"

	"signalbox/shared/aliyun/aliyuntest"
)

// TestSign holds the fake's signer to published examples; the last two
// were computed independently.
func TestSign(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method, secret, query, want string
	}{
		{
			"official RPC example", "GET", "testsecret",
			"AccessKeyId=testid&Action=DescribeRegions&Format=XML&Version=2014-05-26&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0" +
				"&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&Timestamp=2016-02-23T12:46:24Z&Signature=not+signed",
			"OLeaidS1JvxuMvnyHOwuJ+uX5qY=",
		},
		{
			"official SMS example, not ASCII", "GET", "testSecret",
			"AccessKeyId=testId&Action=SendSms&Format=XML&OutId=123&PhoneNumbers=15300000001&RegionId=cn-hangzhou" +
				"&SignName=阿里云短信测试专用&SignatureMethod=HMAC-SHA1&SignatureNonce=45e25e9b-0a6f-4070-8c85-2956eda1b466" +
				`&SignatureVersion=1.0&TemplateCode=SMS_71390007&TemplateParam={"customer":"test"}` +
				"&Timestamp=2017-07-12T02:42:19Z&Version=2017-05-25",
			"zJDF+Lrzhj/ThnlvIToysFRq6t4=",
		},
		{
			"array parameters", "POST", "testsecret",
			"AccessKeyId=testid&Action=GetCardFlowInfo&DateList.1=202110&DateList.2=202111&Format=JSON&Iccid=89860321000000015668" +
				"&SignatureMethod=HMAC-SHA1&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&SignatureVersion=1.0" +
				"&Timestamp=2026-01-02T03:04:05Z&Version=2021-05-20",
			"GSy9JgvxEWAYdLuB/OIYVPNjSpc=",
		},
		{"every kind of byte", "POST", "testsecret", "A=~-_.%20*%2B%25/%26%3D&B=&a.1=卡%0A", "MoSUzTs5oVj70ciILa0tYsRqZAc="},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			params, err := url.ParseQuery(test.query)
			if err != nil {
				t.Fatal(err)
			}
			if got := aliyuntest.Sign(test.method, params, test.secret); got != test.want {
				t.Errorf("Sign(%s) = %s, want %s", test.query, got, test.want)
			}
		})
	}
}
