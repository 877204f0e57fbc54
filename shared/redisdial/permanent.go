package redisdial

import (
	"crypto/tls"
	"errors"
	"regexp"
	"strings"

	"github.com/redis/go-redis/v9"
)

// refusal is an answer that stays the same until somebody changes the configuration.
type refusal struct{ reason, action string }

var (
	wrongPassword = refusal{"Redis refuses the user or the password", "correct both in SIGNALBOX_REDIS_URL"}
	noPassword    = refusal{"Redis wants a password", "put the user and the password into SIGNALBOX_REDIS_URL"}
	uselessOne    = refusal{"Redis has no password", "take it out of SIGNALBOX_REDIS_URL"}
	notPermitted  = refusal{"the Redis user lacks a permission", "give it the commands and keys that doc/config.md lists"}
	disabled      = refusal{"Redis lacks a command, or has it disabled", "allow the commands that doc/config.md lists, scripts among them"}
	otherKind     = refusal{"a key in Redis is of another kind than expected", "remove what another program keeps under signalbox:*, or use another Redis"}
	isCluster     = refusal{"Redis is a Cluster", "name a node of it in SIGNALBOX_REDIS_URL, as in ?addr=host:6379"}
	noCluster     = refusal{"Redis is no Cluster", "take addr out of SIGNALBOX_REDIS_URL"}
	noDatabase    = refusal{"Redis lacks the database", "correct its number in SIGNALBOX_REDIS_URL"}
	certificate   = refusal{"the certificate of Redis is not accepted", "use the host name that it is for, and one of a known authority"}
)

// refusals are found by how an answer begins.
//
// https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
var refusals = []struct {
	prefix string
	refusal
}{
	{"WRONGPASS", wrongPassword},
	{"invalid password", wrongPassword},
	{"NOAUTH", noPassword},
	{"Client sent AUTH, but no password is set", uselessOne},
	{"AUTH <password> called without any password", uselessOne},
	{"NOPERM", notPermitted},
	{"The user executing the script can't", notPermitted},
	{"unknown command", disabled},
	{"unknown subcommand", disabled},
	{"Unknown Redis command called from", disabled},
	{"This Redis command is not allowed from", disabled},
	{"WRONGTYPE", otherKind},
	{"MOVED", isCluster},
	{"CROSSSLOT", isCluster},
	{"SELECT is not allowed in cluster mode", isCluster},
	{"This instance has cluster support disabled", noCluster},
	{"DB index is out of range", noDatabase},
	{"invalid DB index", noDatabase},
}

// inScript is what Redis before 7 puts before the error of a command of a script.
var inScript = regexp.MustCompile(`^Error running script .*@user_script: ?[0-9]+: (ERR )?`)

// Explain says in fixed words why Redis will go on refusing, and what to do. Both
// are empty where err may be over by itself, and where it is none of Redis.
func Explain(err error) (reason, action string) {
	if lost, ok := errors.AsType[*lostError](err); ok {
		err = lost.cause
	}
	r := found(err)
	return r.reason, r.action
}

// Permanent reports whether err is an answer of Redis that no waiting changes: a
// wrong password, a missing permission, a disabled command, a key of another kind.
func Permanent(err error) bool {
	reason, _ := Explain(err)
	return reason != ""
}

func found(err error) refusal {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return certificate
	}
	answer, ok := errors.AsType[redis.Error](err)
	if !ok {
		return refusal{}
	}
	text := inScript.ReplaceAllLiteralString(strings.TrimPrefix(answer.Error(), "ERR "), "")
	for _, r := range refusals {
		if strings.HasPrefix(text, r.prefix) {
			return r.refusal
		}
	}
	return refusal{}
}
