package web

import (
	"errors"
	"net/http"
	"net/url"

	"signalbox/shared/signedlink"
)

// LinkOr returns a Guard that lets those pass who come by a signed link which verify
// takes, and has guard ask the others. A wrong link is refused whatever else is shown:
// it was meant to be enough.
func LinkOr(guard Guard, verify func(r *http.Request, query url.Values) error) Guard {
	return func(h HandlerFunc) HandlerFunc {
		guarded := guard(h)
		return func(w http.ResponseWriter, r *http.Request) error {
			query, err := url.ParseQuery(r.URL.RawQuery)
			if !signedlink.IsLink(query) {
				return guarded(w, r)
			}
			if err == nil {
				err = verify(r, query)
			}
			if err != nil {
				return wrongLink(err)
			}
			SetCaller(r, "signed link")
			return h(w, r)
		}
	}
}

func wrongLink(err error) *Error {
	slug, detail := "wrong-link", "This link was altered, or is of another page."
	if errors.Is(err, signedlink.ErrExpired) {
		slug, detail = "old-link", "This link is too old."
	}
	return NewError(http.StatusForbidden, slug, detail).Because(err)
}
