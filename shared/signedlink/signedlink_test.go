package signedlink_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"signalbox/shared/signedlink"
)

const (
	base   = "https://cards.example/prefix"
	secret = "first-secret-0123456789"
	id     = "898603210000000E5668"
)

var signed = time.Date(2026, 11, 28, 16, 30, 0, 0, time.UTC)

// links are those to pages of cards, and with months where anybody may add them.
type links struct {
	signedlink.Links

	may []string
}

func newLinks(secrets ...string) links { return links{Links: signedlink.New(base, secrets)} }

func (l links) page(id string) signedlink.Page {
	return signedlink.Page{Purpose: "card page", Subject: id, May: l.may}
}

func (l links) To(id string, now time.Time) string { return l.Links.To("/cards/"+id, l.page(id), now) }

// verify asks links about an address as it came in: the card is what follows /cards/.
func verify(t *testing.T, links links, address string, now time.Time) error {
	t.Helper()
	rest, ok := strings.CutPrefix(address, base+"/cards/")
	if !ok {
		t.Fatalf("%s does not begin with %s/cards/", address, base)
	}
	path, raw, _ := strings.Cut(rest, "?")
	query, err := url.ParseQuery(raw)
	if err != nil {
		return signedlink.ErrAltered // as a handler has it
	}
	return links.Verify(links.page(path), query, now)
}

// TestForm pins a link to a signature that openssl made:
//
//	printf 'signalbox card page\n898603210000000E5668\n1796490000' | openssl dgst -sha256 -hmac first-secret-0123456789
func TestForm(t *testing.T) {
	t.Parallel()
	const want = base + "/cards/898603210000000E5668?expires=1796490000&signature=1d5d6ffa5eddf34d71cb6adb43159e5d0f9fc0f0f5304e7619e34e47c097d412"
	if got := newLinks(secret).To(id, signed); got != want {
		t.Errorf("To(...) = %s, want %s", got, want)
	}
}

func TestLifetime(t *testing.T) {
	t.Parallel()
	links := newLinks(secret)
	for _, past := range []time.Duration{0, time.Minute, 30 * time.Minute, 59 * time.Minute} {
		now := signed.Truncate(time.Hour).Add(past)
		link := links.To(id, now)
		end := now.Add(signedlink.Lifetime + time.Hour - 1).Truncate(time.Hour)
		tests := []struct {
			at   time.Time
			want error
		}{
			{now, nil},
			{now.Add(-time.Hour), nil}, // the clock of who signs is ahead
			{now.Add(signedlink.Lifetime - time.Second), nil},
			{end.Add(-time.Second), nil},
			{end, signedlink.ErrExpired},
			{end.Add(24 * time.Hour), signedlink.ErrExpired},
		}
		for _, tt := range tests {
			if err := verify(t, links, link, tt.at); !errors.Is(err, tt.want) {
				t.Errorf("a link of %v verified at %v = %v, want %v", now, tt.at, err, tt.want)
			}
		}
	}
	if links.To(id, signed) != links.To(id, signed.Add(29*time.Minute)) {
		t.Error("the link changes within an hour")
	}
}

// TestEveryByte changes one byte at a time, into each of the bytes of links.
func TestEveryByte(t *testing.T) {
	t.Parallel()
	links := newLinks(secret)
	link := links.To(id, signed)
	for i := len(base + "/cards/"); i < len(link); i++ {
		for _, b := range []byte("0123456789abcdefABCDEFxyz&=?;%+ /#\x00\xff") {
			altered := link[:i] + string([]byte{b}) + link[i+1:]
			if altered == link {
				continue
			}
			if err := verify(t, links, altered, signed); err == nil {
				t.Errorf("%q is verified, want it refused: byte %d is changed", altered, i)
			}
		}
	}
}

func TestAlterations(t *testing.T) {
	t.Parallel()
	links := newLinks(secret)
	link := links.To(id, signed)
	address, query, _ := strings.Cut(link, "?")
	expires, signature, _ := strings.Cut(query, "&")
	other := links.To("89860321000000015668", signed)
	tests := []struct {
		name, link string
		ok         bool
	}{
		{"as it is", link, true},
		{"with a language", link + "&lang=zh", true},
		{"with a language in front", address + "?lang=en&" + query, true},
		{"the other way round", address + "?" + signature + "&" + expires, true},
		{"with two languages", link + "&lang=zh&lang=en", false},
		{"with months", link + "&month=202601", false},
		{"with two ends", link + "&" + expires, false},
		{"with two signatures", link + "&" + signature, false},
		{"without a signature", address + "?" + expires, false},
		{"without an end", address + "?" + signature, false},
		{"without anything", address, false},
		{"capital letters", address + "?" + expires + "&signature=" + strings.ToUpper(signature[len("signature="):]), false},
		{"a card in other letters", strings.Replace(link, "E5668", "e5668", 1), false},
		{"zeros in front of the end", strings.Replace(link, "expires=", "expires=0", 1), false},
		{"a sign in front of the end", strings.Replace(link, "expires=", "expires=%2B", 1), false},
		{"the other card's signature", address + other[strings.Index(other, "?"):], false},
		{"the beginning of the signature", link[:len(link)-2], false},
		{"more than the signature", link + "00", false},
	}
	for _, tt := range tests {
		if err := verify(t, links, tt.link, signed); (err == nil) != tt.ok || err != nil && !errors.Is(err, signedlink.ErrAltered) {
			t.Errorf("%s: %v, want ok %v", tt.name, err, tt.ok)
		}
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	const next = "second-secret-0123456789"
	before, both, after := newLinks(secret), newLinks(next, secret), newLinks(next)
	tests := []struct {
		name          string
		signs, checks links
		want          error
	}{
		{"an old link meanwhile", before, both, nil},
		{"a new link meanwhile", both, both, nil},
		{"a new link afterwards", both, after, nil},
		{"an old link afterwards", before, after, signedlink.ErrAltered},
	}
	for _, tt := range tests {
		if err := verify(t, tt.checks, tt.signs.To(id, signed), signed); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// TestNothingConfigured makes no links, and verifies none that somebody makes up.
func TestNothingConfigured(t *testing.T) {
	t.Parallel()
	link := newLinks("").To(id, signed)
	for _, links := range []links{{}, {Links: signedlink.New("", []string{secret})}, {Links: signedlink.New(base, nil)}} {
		if got := links.To(id, signed); got != "" {
			t.Errorf("To = %s, want nothing", got)
		}
		if err := verify(t, links, link, signed); !errors.Is(err, signedlink.ErrAltered) {
			t.Errorf("a link signed with nothing = %v, want ErrAltered", err)
		}
	}
}

func TestIsLink(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]bool{"": false, "lang=zh": false, "expires=1": true, "signature=": true, "month=202601": false} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if got := signedlink.IsLink(values); got != want {
			t.Errorf("IsLink(%s) = %v, want %v", query, got, want)
		}
	}
}

// TestPurpose has a link of one purpose be of no use for another, and parameters of a
// page be of that page alone.
func TestPurpose(t *testing.T) {
	t.Parallel()
	l := signedlink.New(base, []string{secret})
	list := signedlink.Page{Purpose: "incidents", May: []string{"state"}}
	link := l.To("/incidents", list, signed)
	tests := []struct {
		name, add string
		page      signedlink.Page
		ok        bool
	}{
		{"its own", "", list, true},
		{"with a parameter", "&state=open", list, true},
		{"with it twice", "&state=open&state=open", list, false},
		{"with another parameter", "&rule=usage", list, false},
		{"another purpose", "", signedlink.Page{Purpose: "card page"}, false},
		{"the beginning of the purpose", "", signedlink.Page{Purpose: "incident", Subject: "s"}, false},
		{"a subject", "", signedlink.Page{Purpose: "incidents", Subject: id}, false},
	}
	for _, tt := range tests {
		_, raw, _ := strings.Cut(link+tt.add, "?")
		query, err := url.ParseQuery(raw)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Verify(tt.page, query, signed); (err == nil) != tt.ok {
			t.Errorf("%s: %v, want ok %v", tt.name, err, tt.ok)
		}
	}
}
