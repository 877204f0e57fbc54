package aliyun

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"signalbox/shared/aliyun/credential"
)

// What an answer says of itself goes into errors and logs. It comes from outside, and
// may repeat the call: so it is shown only where it has the form of what Alibaba
// sends, and holds nothing of the signature.
var (
	// codeForm is such as Throttling.User, isv.BUSINESS_LIMIT_CONTROL, 503.
	codeForm = regexp.MustCompile(`^([A-Za-z][0-9A-Za-z_]*([.-][0-9A-Za-z_]+)*\.{0,2}|[0-9]{1,6})$`)
	// idForm is a UUID, as a rule.
	idForm = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)
	// numberLike is what an ICCID looks like, and other numbers that are nobody's
	// business.
	numberLike = regexp.MustCompile(`[0-9A-Za-z]{15,}`)
	// cardLike is what an ICCID looks like inside a code or an id, which otherwise
	// have no such run of digits.
	cardLike = regexp.MustCompile(`[0-9]{13,}`)
)

const (
	maxCode    = 80
	maxMessage = 200
)

func showableCode(s string) string {
	if len(s) > maxCode || !codeForm.MatchString(s) || cardLike.MatchString(s) {
		return ""
	}
	return s
}

func showableID(s string) string {
	if !idForm.MatchString(s) || cardLike.MatchString(s) {
		return ""
	}
	return s
}

// showableMessage returns the part of Alibaba's text that may be shown: nothing where
// it holds a part of a URL or of what is encoded for one.
func showableMessage(kind Kind, message string) string {
	if kind == Denied || strings.ContainsAny(message, "=&%+/") {
		return ""
	}
	runes := []rune(numberLike.ReplaceAllString(message, "…"))
	return string(runes[:min(len(runes), maxMessage)])
}

// conceal empties what repeats a part of the signature, such as a short key id that has
// the form of a code.
func (e *Error) conceal(signer credential.Credentials, signature string) {
	for _, secret := range []string{signer.AccessKeyID, signer.AccessKeySecret, signer.SecurityToken, signature} {
		for _, text := range []*string{&e.Code, &e.RequestID, &e.Message} {
			if repeats(*text, secret) {
				*text = ""
			}
		}
	}
}

// repeats reports whether text holds secret, as it is or as it is written in a URL
// or in the text that is signed.
func repeats(text, secret string) bool {
	escaped := url.QueryEscape(secret)
	return secret != "" && slices.ContainsFunc([]string{secret, escaped, url.QueryEscape(escaped)}, func(form string) bool {
		return strings.Contains(text, form)
	})
}
