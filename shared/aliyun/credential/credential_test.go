package credential_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"signalbox/shared/aliyun/credential"
)

var (
	fixed     = credential.Credentials{AccessKeyID: "id-sealed", AccessKeySecret: "secret-sealed"}
	temporary = credential.Credentials{AccessKeyID: "sts-sealed", AccessKeySecret: "secret-sealed", SecurityToken: "token-sealed"}
)

// TestNothingShows prints, logs and encodes credentials in every way, by
// themselves and inside of other values.
func TestNothingShows(t *testing.T) {
	t.Parallel()
	type config struct {
		Keys     credential.Credentials
		Provider credential.Provider
	}
	for _, c := range []credential.Credentials{fixed, temporary} {
		values := []any{c, &c, []credential.Credentials{c}, config{c, credential.Invocation{Fallback: c}}}
		for _, v := range values {
			var logs bytes.Buffer
			slog.New(slog.NewJSONHandler(&logs, nil)).LogAttrs(t.Context(), slog.LevelInfo, "json", slog.Any("value", v))
			slog.New(slog.NewTextHandler(&logs, nil)).LogAttrs(t.Context(), slog.LevelInfo, "text", slog.Any("value", v))
			encoded, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			for how, shown := range map[string]string{
				"%v": fmt.Sprintf("%v", v), "%+v": fmt.Sprintf("%+v", v), "%#v": fmt.Sprintf("%#v", v),
				"slog": logs.String(), "JSON": string(encoded),
			} {
				if strings.Contains(shown, "sealed") {
					t.Errorf("%T as %s = %s, want nothing of it", v, how, shown)
				}
			}
		}
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]credential.Credentials{
		"no credentials": {AccessKeyID: "id"}, "static credentials": fixed, "temporary credentials": temporary,
	} {
		if got := c.String(); got != want {
			t.Errorf("String() = %q, want %q", got, want)
		}
	}
}

func TestInvocation(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		brought  *credential.Credentials // by the invocation
		fallback credential.Provider
		want     credential.Credentials // none: ErrMissing
	}{
		{"both", &temporary, fixed, temporary},
		{"only the invocation's", &temporary, nil, temporary},
		{"only the fallback", nil, fixed, fixed},
		{"the invocation's are not complete", &credential.Credentials{AccessKeyID: "id", SecurityToken: "token"}, fixed, fixed},
		{"none", nil, nil, credential.Credentials{}},
		{"neither is complete", &credential.Credentials{}, credential.Credentials{AccessKeyID: "id"}, credential.Credentials{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			if tt.brought != nil {
				ctx = credential.NewContext(ctx, *tt.brought)
			}
			got, err := credential.Invocation{Fallback: tt.fallback}.Credentials(ctx)
			if got != tt.want || errors.Is(err, credential.ErrMissing) != !tt.want.Complete() {
				t.Errorf("Credentials of %v and fallback %v = %v, %v; want %v", tt.brought, tt.fallback, got, err, tt.want)
			}
		})
	}
}
