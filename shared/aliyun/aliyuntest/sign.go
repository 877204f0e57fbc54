package aliyuntest

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the RPC signature 1.0 is defined with SHA-1
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// Sign returns the RPC signature, version 1.0, of a call with method and params
// under secret. It is the fake's own implementation, for tests that make
// calls by hand. A Signature among the params is left out.
//
// https://help.aliyun.com/zh/sdk/product-overview/rpc-mechanism
func Sign(method string, params url.Values, secret string) string {
	mac := hmac.New(sha1.New, []byte(secret+"&"))
	mac.Write([]byte(stringToSign(method, params)))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// stringToSign is the text under the signature: the method, the path and the
// sorted parameters, the last two escaped once more.
func stringToSign(method string, params url.Values) string {
	return method + "&" + escape("/") + "&" + escape(canonical(params))
}

func canonical(params url.Values) string {
	var pairs []string
	for _, name := range sortedNames(params) {
		for _, value := range params[name] {
			pairs = append(pairs, escape(name)+"="+escape(value))
		}
	}
	return strings.Join(pairs, "&")
}

func sortedNames(params url.Values) []string {
	var names []string
	for name := range params {
		if name != "Signature" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// escape percent-encodes everything but RFC 3986's unreserved bytes.
func escape(text string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(text) {
		if unreserved(c) {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}

func unreserved(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	default:
		return strings.IndexByte("-_.~", c) >= 0
	}
}
