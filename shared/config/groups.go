package config

import (
	"cmp"
	"io"
	"log/slog"
	"slices"
	_ "time/tzdata" // neither cloud's image promises a zone database

	"signalbox/shared/logging"
)

// Process is what every function reads.
type Process struct {
	LogLevel Level `env:"SIGNALBOX_LOG_LEVEL" envDefault:"info"`
}

// Logger returns the process's logger, which writes to w.
func (p Process) Logger(w io.Writer) *slog.Logger { return logging.New(w, p.LogLevel.Level) }

// LoggerOf returns that of one function, which its lines name: a process may have several.
func (p Process) LoggerOf(function string, w io.Writer) *slog.Logger {
	return p.Logger(w).With(slog.String(logging.FunctionKey, function))
}

// Account is the Alibaba Cloud account that calls are made for.
type Account struct {
	AccessKeyID     string `env:"ALIBABA_CLOUD_ACCESS_KEY_ID"`
	AccessKeySecret Secret `env:"ALIBABA_CLOUD_ACCESS_KEY_SECRET"`
	SecurityToken   Secret `env:"ALIBABA_CLOUD_SECURITY_TOKEN"`
	Region          string `env:"SIGNALBOX_REGION" envDefault:"ap-southeast-1"`

	// FunctionCompute is set where each invocation brings its role's credentials.
	FunctionCompute string `env:"FC_FUNCTION_NAME"`
	RuntimeAPI      string `env:"FC_RUNTIME_API"`
}

// brought reports whether invocations bring credentials.
func (a Account) brought() bool { return a.FunctionCompute != "" || a.RuntimeAPI != "" }

// MissingKeys says what to do where there is nothing to sign calls with.
func (a Account) MissingKeys() string {
	action := "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET"
	if a.brought() {
		return "give the function a role that may make its calls, or " + action
	}
	return action
}

// Validate asks for a key pair, except where invocations bring one.
func (a Account) Validate() []Problem {
	if a.brought() {
		return nil
	}
	var problems []Problem
	if a.AccessKeyID == "" {
		problems = append(problems, Missing("ALIBABA_CLOUD_ACCESS_KEY_ID", "it is the key that calls are signed with"))
	}
	if a.AccessKeySecret == "" {
		problems = append(problems, Missing("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "it is the secret of the key"))
	}
	return problems
}

// Quota is where the account's quota is kept.
type Quota struct {
	RedisURL RedisURL `env:"SIGNALBOX_REDIS_URL"`
	Share    Share    `env:"SIGNALBOX_QUOTA_SHARE" envDefault:"0.1"`
	Account  string   `env:"SIGNALBOX_ACCOUNT"`

	// PlatformAccount is Function Compute's name for the main account.
	PlatformAccount string `env:"FC_ACCOUNT_ID"`
}

// AccountID names the main account among those that use one Redis.
func (q Quota) AccountID() string { return cmp.Or(q.Account, q.PlatformAccount, "main") }

// State is where what must outlive an invocation is kept, beside Quota.RedisURL.
type State struct {
	File  string `env:"SIGNALBOX_STATE_FILE"`
	Reset string `env:"SIGNALBOX_STATE_RESET"`

	// FunctionCompute, RuntimeAPI and Lambda say that several instances may exist.
	FunctionCompute string `env:"FC_FUNCTION_NAME"`
	RuntimeAPI      string `env:"FC_RUNTIME_API"`
	Lambda          string `env:"AWS_LAMBDA_RUNTIME_API"`
}

// Shared reports whether several instances may exist, so that no process may hold
// the file open.
func (s State) Shared() bool { return cmp.Or(s.FunctionCompute, s.RuntimeAPI, s.Lambda) != "" }

// Linkcard is the SIM card service.
type Linkcard struct {
	LinkcardEndpoint Endpoint `env:"SIGNALBOX_LINKCARD_ENDPOINT" envDefault:"https://linkcard.aliyuncs.com"`
	LinkcardQPS      Rate     `env:"SIGNALBOX_LINKCARD_QPS" envDefault:"20"`
	Zone             Zone     `env:"SIGNALBOX_TIMEZONE" envDefault:"Asia/Shanghai"`
}

// Auth is who may call a function over HTTP.
type Auth struct {
	Mode   string `env:"SIGNALBOX_AUTH" envDefault:"token"`
	Tokens Tokens `env:"SIGNALBOX_API_TOKENS"`

	// FunctionCompute, RuntimeAPI and Lambda say that there is a platform, whose
	// trigger can authenticate.
	FunctionCompute string `env:"FC_FUNCTION_NAME"`
	RuntimeAPI      string `env:"FC_RUNTIME_API"`
	Lambda          string `env:"AWS_LAMBDA_RUNTIME_API"`
}

// Platform reports whether the trigger has already authenticated the caller.
func (a Auth) Platform() bool { return a.Mode == "platform" }

func (a Auth) onPlatform() bool { return cmp.Or(a.FunctionCompute, a.RuntimeAPI, a.Lambda) != "" }

// Validate asks for tokens where tokens decide, and for a platform where it does.
func (a Auth) Validate() []Problem {
	if problems := a.ValidateMode(); len(problems) > 0 || a.Platform() || len(a.Tokens) > 0 {
		return problems
	}
	why := "give the tokens that callers may show, of at least 16 characters each"
	if a.onPlatform() {
		why += ", or set SIGNALBOX_AUTH=platform where the trigger authenticates"
	}
	return []Problem{Missing("SIGNALBOX_API_TOKENS", why)}
}

// ValidateMode is [Auth.Validate] for a function that works without tokens, too: nobody
// may call it then.
func (a Auth) ValidateMode() []Problem {
	switch {
	case a.Mode != "token" && a.Mode != "platform":
		return []Problem{{"SIGNALBOX_AUTH", "must be token or platform"}}
	case a.Platform() && !a.onPlatform():
		return []Problem{{"SIGNALBOX_AUTH", "must be token as a plain HTTP server, which has no trigger that authenticates"}}
	default:
		return nil
	}
}

// Invoke is who may ask for a run over HTTP. Two invoke tokens are for the time in
// which one takes the other's place.
type Invoke struct {
	InvokeTokens Tokens `env:"SIGNALBOX_INVOKE_TOKEN"`
	APITokens    Tokens `env:"SIGNALBOX_API_TOKENS"`
}

// Tokens are all that POST /invoke takes. None refuses everybody.
func (i Invoke) Tokens() Tokens { return slices.Concat(i.InvokeTokens, i.APITokens) }

// Pages is where the pages of cards are, and what signs links to them.
type Pages struct {
	URL     PageURL     `env:"SIGNALBOX_PAGE_URL"`
	Secrets LinkSecrets `env:"SIGNALBOX_LINK_SECRET"`
}

// Links is what package cardlink makes links of. The secrets sign those to other pages,
// too.
func (p Pages) Links() (base string, secrets []string) { return string(p.URL), p.Secrets.values() }

// Validate asks for what signs links to the address.
func (p Pages) Validate() []Problem {
	if p.URL != "" && len(p.Secrets) == 0 {
		return []Problem{Missing("SIGNALBOX_LINK_SECRET", "it signs the links to SIGNALBOX_PAGE_URL")}
	}
	return nil
}
