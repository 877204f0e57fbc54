package flow

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
)

// ETag returns the weak entity tag of the answer in its JSON form. It is the same for
// as long as the answer says the same, whenever it was retrieved: the time, the request
// and the signature of the page's link do not count.
func (f Flow) ETag() (string, error) {
	w := f.wire()
	w.RequestID, w.RetrievedAt = "", nil
	body, err := json.Marshal(w)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(body)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, nil
}
