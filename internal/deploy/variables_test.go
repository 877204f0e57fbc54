package deploy_test

import (
	"reflect"
	"regexp"
	"slices"

	"signalbox/functions/alerts"
	"signalbox/functions/cardflow"
	"signalbox/functions/conversion"
	"signalbox/shared/config"
)

// environments are the variables that each function reads.
var environments = map[string][]string{
	"cardflow":   variablesOf(reflect.TypeFor[cardflow.Env]()),
	"conversion": variablesOf(reflect.TypeFor[conversion.Env]()),
	"alerts":     variablesOf(reflect.TypeFor[alerts.Env]()),
}

func variablesOf(env reflect.Type) []string {
	var names []string
	for _, v := range config.Variables(env) {
		names = append(names, v.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// byPlatform are the variables that the platforms set.
var byPlatform = regexp.MustCompile(`^(FC|AWS)_`)

// ofReceivers are those that a rules file may name, which no function reads by itself.
var ofReceivers = regexp.MustCompile(`^RECEIVER_[1-3]_(URL|SECRET)$`)

// Why a variable that a function reads is not set.
const (
	fits     = "its default fits; who wants another value writes it into the file"
	atHand   = "it is for somebody who mends or tries something, and not for long"
	plain    = "it is of a plain HTTP server"
	inTables = "the state is in a table or in Redis"
)

// leftOut are the variables that both files leave out on purpose, by their reasons.
var leftOut = map[string]string{
	"SIGNALBOX_ACCOUNT":           "of two accounts that share one Redis, and known on Function Compute",
	"SIGNALBOX_ALERT_EXPIRY_DAYS": fits,
	"SIGNALBOX_ALERT_REPEAT":      fits,
	"SIGNALBOX_ALERT_USAGE":       fits,
	"SIGNALBOX_CACHE_STALE":       fits,
	"SIGNALBOX_CACHE_TTL":         fits,
	"SIGNALBOX_CONSOLE_URL":       fits,
	"SIGNALBOX_CONVERSION_KEEP":   fits,
	"SIGNALBOX_CORS_ORIGINS":      fits,
	"SIGNALBOX_DYSMS_ENDPOINT":    fits,
	"SIGNALBOX_ICCIDS":            atHand,
	"SIGNALBOX_INVOKE_TOKEN":      plain,
	"SIGNALBOX_LINKCARD_ENDPOINT": fits,
	"SIGNALBOX_LOG_LEVEL":         atHand,
	"SIGNALBOX_OTP_GRACE":         fits,
	"SIGNALBOX_OTP_WINDOW":        fits,
	"SIGNALBOX_QUOTA_SHARE":       fits,
	"SIGNALBOX_REGION":            fits,
	"SIGNALBOX_RUN_TIMEOUT":       plain,
	"SIGNALBOX_SLACK_API_URL":     fits,
	"SIGNALBOX_SLACK_SHOW_ICCID":  fits,
	"SIGNALBOX_STATE_FILE":        inTables,
	"SIGNALBOX_STATE_RESET":       atHand,
	"SIGNALBOX_SUMMARY_AT":        "the trigger says when",
	"SIGNALBOX_SWEEP_EVERY":       "it says what the trigger does by default",
	"SIGNALBOX_SWEEP_LEASE":       fits,
	"SIGNALBOX_TIMEZONE":          fits,
	"SIGNALBOX_TRIAGE":            fits,

	"ALIBABA_CLOUD_SECURITY_TOKEN": "of keys that expire, which a deploy cannot renew",
}

// roleBrings are those that only s.yaml leaves out.
var roleBrings = []string{"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"}

// eitherOf are two of which a function takes one, by what is set in their place.
var eitherOf = map[string]string{"SIGNALBOX_SLACK_WEBHOOK_URL": "SIGNALBOX_SLACK_BOT_TOKEN"}

// choices wants each variable that a function reads to be set or left out on purpose, where
// everything is asked for, and none that it does not read.
func (p *problems) choices(f function, role bool) {
	reads := environments[f.name]
	for _, name := range reads {
		_, set := f.variables[name]
		_, out := leftOut[name]
		out = out || role && slices.Contains(roleBrings, name)
		_, other := f.variables[eitherOf[name]]
		platform := byPlatform.MatchString(name)
		p.unless(set || out || other || platform, "%s is neither set nor left out on purpose", name)
		p.unless(!set || !out && !platform, "%s is set, though there is a reason to leave it out", name)
	}
	for name := range f.variables {
		p.unless(slices.Contains(reads, name) || ofReceivers.MatchString(name), "%s is set, and %s does not read it", name, f.name)
	}
}

// everyChoice wants the same of each function.
func (p *problems) everyChoice(functions map[string]function, role bool) {
	for name, f := range functions {
		where := problems{at: name + ": "}
		where.choices(f, role)
		p.found = append(p.found, where.found...)
	}
}
