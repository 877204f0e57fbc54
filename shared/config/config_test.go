package config_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/config"
	"signalbox/shared/logging"
)

// all has every group, as no function has.
type all struct {
	Process  config.Process
	Account  config.Account
	Quota    config.Quota
	Linkcard config.Linkcard
	Auth     config.Auth
	Webhook  config.SecretURL `env:"SIGNALBOX_SLACK_WEBHOOK_URL"`
	Whole    bool             `env:"SIGNALBOX_SLACK_SHOW_ICCID"`
	Console  config.Link      `env:"SIGNALBOX_CONSOLE_URL"`
	Usage    config.Steps     `env:"SIGNALBOX_ALERT_USAGE" envDefault:"80,90,100"`
}

func (a all) Validate() []config.Problem {
	return slices.Concat(a.Account.Validate(), a.Auth.Validate())
}

var least = []string{
	"ALIBABA_CLOUD_ACCESS_KEY_ID=id",
	"ALIBABA_CLOUD_ACCESS_KEY_SECRET=the-secret",
	"SIGNALBOX_API_TOKENS=0123456789abcdef, fedcba9876543210",
	"SIGNALBOX_SLACK_WEBHOOK_URL=https://hooks.slack.com/services/T/B/sealed",
}

func TestLoadDefaults(t *testing.T) {
	t.Parallel()
	got, err := config.Load[all](least)
	if err != nil {
		t.Fatal(err)
	}
	if got.Linkcard.LinkcardQPS != 20 || got.Linkcard.Zone.String() != "Asia/Shanghai" ||
		!slices.Equal(got.Usage, config.Steps{80, 90, 100}) || len(got.Auth.Tokens) != 2 {
		t.Errorf("Load gave %+v, want the defaults of doc/config.md", got)
	}
	if string(got.Auth.Tokens[1].Secret) != "fedcba9876543210" {
		t.Error("the second token was not read as written")
	}
}

func TestLoadReportsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	_, err := config.Load[all]([]string{
		"SIGNALBOX_LINKCARD_ENDPOINT=http://linkcard.aliyuncs.com",
		"SIGNALBOX_LINKCARD_QPS=0",
		"SIGNALBOX_QUOTA_SHARE=2",
		"SIGNALBOX_REDIS_URL=http://:sealed@host",
		"SIGNALBOX_TIMEZONE=Mars/Olympus",
		"SIGNALBOX_API_TOKENS=sealed",
		"SIGNALBOX_SLACK_WEBHOOK_URL=http://hooks.slack.com/services/sealed",
		"SIGNALBOX_SLACK_SHOW_ICCID=sealed",
		"SIGNALBOX_ALERT_USAGE=80,80",
		"SIGNALBOX_LOG_LEVEL=loud",
		"SIGNALBOX_CONSOLE_URL=cards",
	})
	var got []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		variable, _, _ := strings.Cut(line, ": ")
		got = append(got, variable)
	}
	want := []string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
		"SIGNALBOX_ALERT_USAGE", "SIGNALBOX_API_TOKENS", "SIGNALBOX_CONSOLE_URL",
		"SIGNALBOX_LINKCARD_ENDPOINT", "SIGNALBOX_LINKCARD_QPS", "SIGNALBOX_LOG_LEVEL",
		"SIGNALBOX_QUOTA_SHARE", "SIGNALBOX_REDIS_URL",
		"SIGNALBOX_SLACK_SHOW_ICCID", "SIGNALBOX_SLACK_WEBHOOK_URL", "SIGNALBOX_TIMEZONE",
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("variables reported (-want +got):\n%s\n%v", diff, err)
	}
	if strings.Contains(err.Error(), "sealed") {
		t.Errorf("the error repeats a value: %v", err)
	}
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"https://linkcard.aliyuncs.com": true, "http://127.0.0.1:9000": true, "http://[::1]:9000/": true, "http://localhost": true,
		"http://10.0.0.1": false, "http://127.0.0.1.example.com": false, "ftp://127.0.0.1": false, "https://": false,
		"https://host/path": false, "https://user:pw@host": false, "linkcard.aliyuncs.com": false,
	}
	for text, ok := range tests {
		var e config.Endpoint
		if err := e.UnmarshalText([]byte(text)); (err == nil) != ok {
			t.Errorf("endpoint %q: error %v, want ok %v", text, err, ok)
		}
	}
}

func TestRedisURL(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"redis://:password@host:6379/0": true, "rediss://user:password@host": true, "redis://host1:6379?addr=host2:6379": true,
		"redis://sealed@host1:6379,host2:6379": false, "http://:sealed@host": false, "redis://": false,
	}
	for text, ok := range tests {
		var r config.RedisURL
		if err := r.UnmarshalText([]byte(text)); (err == nil) != ok || err != nil && strings.Contains(err.Error(), "sealed") {
			t.Errorf("Redis URL %q: error %v, want ok %v", text, err, ok)
		}
	}
}

func TestAccountOnFunctionComputeNeedsNoKey(t *testing.T) {
	t.Parallel()
	account := config.Account{FunctionCompute: "signalbox-cardflow"}
	if problems := account.Validate(); problems != nil {
		t.Errorf("Validate = %v, want none: the role brings credentials", problems)
	}
}

// TestAuthNeedsAPlatform wants no server that lets everybody in.
func TestAuthNeedsAPlatform(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		auth config.Auth
		want string // the variable that is wrong
	}{
		{"plain HTTP", config.Auth{Mode: "platform"}, "SIGNALBOX_AUTH"},
		{"plain HTTP with a token", config.Auth{Mode: "platform", Tokens: config.Tokens{{Secret: "0123456789abcdef"}}}, "SIGNALBOX_AUTH"},
		{"Function Compute, custom runtime", config.Auth{Mode: "platform", FunctionCompute: "cardflow"}, ""},
		{"Function Compute, go1", config.Auth{Mode: "platform", RuntimeAPI: "127.0.0.1:9001"}, ""},
		{"Lambda", config.Auth{Mode: "platform", Lambda: "127.0.0.1:9001"}, ""},
		{"neither token nor platform", config.Auth{Mode: "maybe", Lambda: "127.0.0.1:9001"}, "SIGNALBOX_AUTH"},
		{"no token", config.Auth{Mode: "token", Lambda: "127.0.0.1:9001"}, "SIGNALBOX_API_TOKENS"},
		{"tokens", config.Auth{Mode: "token", Tokens: config.Tokens{{Secret: "0123456789abcdef"}}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			problems := tt.auth.Validate()
			got := ""
			if len(problems) > 0 {
				got = problems[0].Variable
			}
			if got != tt.want {
				t.Errorf("Validate of %+v finds %q wrong, want %q", tt.auth, got, tt.want)
			}
		})
	}
}

func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	loaded, err := config.Load[all](least)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(loaded)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	logging.New(&log, nil).Info("configuration", slog.Any("config", loaded), slog.Any("key", loaded.Account.AccessKeySecret))
	shown := fmt.Sprintf("%v %+v %#v %s %s", loaded, loaded, loaded, encoded, log.String())
	for _, secret := range []string{"the-secret", "0123456789abcdef", "sealed"} {
		if strings.Contains(shown, secret) {
			t.Errorf("%q is visible in %s", secret, shown)
		}
	}
}

// TestLoadSaysWhatToSet wants the rule of each kind of value, not just "a number".
func TestLoadSaysWhatToSet(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"SIGNALBOX_LINKCARD_QPS=0":         "must be a number of calls a second, above 0 and at most 10000",
		"SIGNALBOX_LINKCARD_QPS=many":      "must be a number of calls a second, above 0 and at most 10000",
		"SIGNALBOX_QUOTA_SHARE=10":         "must be a number above 0 and at most 1, such as 0.1",
		"SIGNALBOX_SLACK_SHOW_ICCID=maybe": "must be true or false",
	}
	for line, want := range tests {
		_, err := config.Load[all](append(slices.Clone(least), line))
		variable, _, _ := strings.Cut(line, "=")
		if want = variable + ": " + want; err == nil || err.Error() != want {
			t.Errorf("Load with %s = %v, want %s", line, err, want)
		}
	}
}

// TestAuthOffersThePlatformWhereThereIsOne does not advise what is then refused.
func TestAuthOffersThePlatformWhereThereIsOne(t *testing.T) {
	t.Parallel()
	for lambda, want := range map[string]bool{"": false, "127.0.0.1:9001": true} {
		problems := config.Auth{Mode: "token", Lambda: lambda}.Validate()
		if len(problems) != 1 || strings.Contains(problems[0].Rule, "SIGNALBOX_AUTH=platform") != want {
			t.Errorf("Validate with Lambda %q = %v, want SIGNALBOX_AUTH=platform in it: %t", lambda, problems, want)
		}
	}
}

// TestVariables finds those of groups, where the group stands.
func TestVariables(t *testing.T) {
	t.Parallel()
	type group struct {
		Inner config.Secret `env:"INNER" envDefault:"i"`
	}
	type outer struct {
		First int `env:"FIRST"`
		Group group
		Own   struct{ Not string }
		Last  config.Tokens `env:"LAST"`
	}
	want := []config.Variable{
		{Name: "FIRST", Field: "First", Type: reflect.TypeFor[int]()},
		{Name: "INNER", Default: "i", Field: "Inner", Type: reflect.TypeFor[config.Secret]()},
		{Name: "LAST", Field: "Last", Type: reflect.TypeFor[config.Tokens]()},
	}
	if got := config.Variables(reflect.TypeFor[outer]()); !slices.Equal(got, want) {
		t.Errorf("Variables = %v, want %v", got, want)
	}
}
