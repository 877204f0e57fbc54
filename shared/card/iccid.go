package card

import "errors"

// ErrICCID is the one way an ICCID can be wrong.
var ErrICCID = errors.New("an ICCID is 15 to 22 letters or digits, such as 89860321000000015668")

const (
	minICCID = 15
	maxICCID = 22
)

// ICCID is the number of a SIM card, as printed on it. The zero value is no
// card. string(id) is the whole number; printing an ICCID shows the masked form,
// so that one that is logged by accident gives little away.
type ICCID string

// ParseICCID checks the form of an ICCID. Letters are allowed, since carriers
// in China issue numbers with hexadecimal digits in them, and their case is
// kept. The error is [ErrICCID] and does not repeat s.
func ParseICCID(s string) (ICCID, error) {
	if len(s) < minICCID || len(s) > maxICCID {
		return "", ErrICCID
	}
	for _, b := range []byte(s) {
		if !isLetter(b) && !isDigit(b) {
			return "", ErrICCID
		}
	}
	return ICCID(s), nil
}

func isDigit(b byte) bool  { return '0' <= b && b <= '9' }
func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }

const (
	maskTail = 5
	maskHead = 8
	maskGap  = 6
)

// Masked returns the number as Alibaba's documents print it, such as
// 89860321******15668: the last five characters, at most the first eight, and
// never fewer than six hidden.
func (id ICCID) Masked() string {
	head := min(maskHead, len(id)-maskGap-maskTail)
	if head < 0 {
		return "******"
	}
	return string(id[:head]) + "******" + string(id[len(id)-maskTail:])
}

// String returns the masked form.
func (id ICCID) String() string { return id.Masked() }

// GoString returns the masked form, so that %#v hides the number as well.
func (id ICCID) GoString() string { return id.Masked() }
