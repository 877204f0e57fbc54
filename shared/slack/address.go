package slack

import (
	"errors"
	"net/url"
	"strings"

	"signalbox/shared/outbound"
)

// parseWebhookURL reads a webhook's address.
func parseWebhookURL(raw string) (*url.URL, error) {
	const what = "slack webhook URL"
	address, err := outbound.ParseURL(what, raw)
	if err == nil && (address.Path == "" || address.Path == "/") {
		return nil, errors.New(what + ": no path")
	}
	return address, err
}

// parseAPIURL reads the address below which the methods of the Web API are.
func parseAPIURL(raw string) (*url.URL, error) {
	const what = "slack API URL"
	address, err := outbound.ParseURL(what, raw)
	if err == nil && (!strings.HasSuffix(address.Path, "/") || address.RawQuery != "" || address.Fragment != "") {
		return nil, errors.New(what + ": must end in /")
	}
	return address, err
}
