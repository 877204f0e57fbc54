package config

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// minToken is the fewest characters that are not guessed.
const minToken = 16

// Token is what a caller may show, with the name that is logged for it.
type Token struct {
	Name   string // empty: it has none
	Secret Secret
}

// Tokens are the tokens that callers may show.
type Tokens []Token

// tokenName has the form of what a log may show.
var tokenName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// UnmarshalText reads tokens separated by commas, each as name:token or alone; its
// errors do not repeat them.
func (t *Tokens) UnmarshalText(text []byte) error {
	var tokens Tokens
	seen := make(map[string]bool)
	for field := range strings.SplitSeq(string(text), ",") {
		token := parseToken(strings.TrimSpace(field))
		if len(token.Secret) < minToken || strings.ContainsAny(string(token.Secret), " \t") {
			return fmt.Errorf("must be tokens of at least %d characters without spaces, separated by commas, each alone or as name:token", minToken)
		}
		name, secret := "name "+token.Name, "secret "+string(token.Secret)
		if seen[secret] || token.Name != "" && seen[name] {
			return errors.New("must not have the same name, or the same token, twice")
		}
		seen[name], seen[secret] = true, true
		tokens = append(tokens, token)
	}
	*t = tokens
	return nil
}

// parseToken takes what is before the first colon for a name where it has the form of one.
func parseToken(field string) Token {
	if name, secret, ok := strings.Cut(field, ":"); ok && tokenName.MatchString(name) {
		return Token{name, Secret(secret)}
	}
	return Token{Secret: Secret(field)}
}
