package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"signalbox/shared/outbound"
	"signalbox/shared/redisdial"
)

// redisTimeout bounds each step of a call.
const redisTimeout = 3 * time.Second

// redis asks for the time, tries each command on a key that is not there, and looks at the
// memory.
func (e *examination) redis(ctx context.Context) []Result {
	address := string(e.alerts.Quota.RedisURL.Secret)
	if address == "" {
		return nil
	}
	client, err := redisdial.Open(address, redisTimeout)
	if err != nil {
		return []Result{{"redis", Failed, err.Error(), "correct SIGNALBOX_REDIS_URL"}}
	}
	defer func() { _ = client.Close() }() // what it has said counts
	if err := client.Time(ctx).Err(); err != nil {
		if reason, _ := redisdial.Explain(err); !strings.Contains(reason, "permission") {
			return []Result{redisTrouble(err)}
		}
	}
	results := append([]Result{{"redis", OK, "it is reached", ""}}, inTheClear(ctx, address)...)
	return append(results, e.permissions(ctx, client), e.memory(ctx, client))
}

// redisTrouble is why Redis cannot be asked.
func redisTrouble(err error) Result {
	if reason, action := redisdial.Explain(err); reason != "" {
		return Result{"redis", Failed, reason, action}
	}
	const here = "check the host and the port of SIGNALBOX_REDIS_URL, and whether this network may reach it"
	var timeout net.Error
	switch {
	case is[tls.RecordHeaderError](err):
		return Result{"redis", Failed, "it does not speak TLS", "use redis:// in SIGNALBOX_REDIS_URL, or the port with TLS"}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return Result{"redis", Failed, "it does not answer in time", here + "; where it wants TLS, use rediss://"}
	case is[*net.DNSError](err):
		return Result{"redis", Failed, "its host is not known", here}
	case is[*net.OpError](err):
		return Result{"redis", Failed, "the connection is refused or breaks", here}
	default:
		return Result{"redis", Failed, "it closes the connection, or what answers is not Redis", here + ", and whether it wants TLS, as rediss:// does"}
	}
}

// inTheClear warns of a password that the Internet sees.
func inTheClear(ctx context.Context, address string) []Result {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "redis" || u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback() || outbound.Resolve(ctx, u, false) != nil {
		return nil
	}
	return []Result{{"redis", Warning, "it is reached over the Internet without TLS", "use rediss://, or an address in the private network"}}
}

// commands are those that functions need, each so that it changes nothing where there is no
// such key.
func (e *examination) commands(key string) [][]any {
	commands := [][]any{
		{"eval", "return redis.call('HGETALL', KEYS[1])", 1, key}, {"time"}, {"hget", key, "f"}, {"pexpire", key, 1},
	}
	if e.examines("alerts", "conversion") {
		commands = append(commands, []any{"type", key}, []any{"dump", key}, []any{"hscan", key, 0})
	}
	if e.examines("cardflow", "conversion") {
		commands = append(commands, []any{"get", key}, []any{"del", key})
	}
	if e.examines("conversion") {
		commands = append(commands, []any{"zcard", key}, []any{"mget", key})
	}
	return commands
}

func (e *examination) permissions(ctx context.Context, client redis.UniversalClient) Result {
	const name = "redis permissions"
	var lacking []string
	for _, command := range e.commands("signalbox:{" + e.alerts.Quota.AccountID() + ":doctor}") {
		err := client.Do(ctx, command...).Err()
		if reason, _ := redisdial.Explain(err); reason != "" {
			lacking = append(lacking, fmt.Sprint(command[0]))
		} else if _, answered := errors.AsType[redis.Error](err); err != nil && !answered {
			return Result{name, Unchecked, "Redis stopped answering", "try again"}
		}
	}
	if len(lacking) > 0 {
		return Result{name, Failed, "the user may not use " + strings.Join(lacking, ", "), "give it the commands and keys that doc/config.md lists under Redis"}
	}
	return Result{name, OK, "the user may use the commands that were tried", ""}
}

// nearlyFull is the part of the memory from which on it is nearly full.
const nearlyFull = 0.9

// memory looks at what happens when it is full. Answers that are kept may be evicted, state
// may not.
func (e *examination) memory(ctx context.Context, client redis.UniversalClient) Result {
	const name = "redis memory"
	text, err := client.Info(ctx, "memory").Result()
	if err != nil {
		return Result{name, Unchecked, "it does not say", "permit the command INFO, and see that maxmemory-policy is noeviction"}
	}
	said := fieldsOf(text)
	used, _ := strconv.ParseFloat(said["used_memory"], 64)
	most, _ := strconv.ParseFloat(said["maxmemory"], 64)
	policy := said["maxmemory_policy"]
	keepsState := e.examines("conversion") || e.examines("alerts") && e.value("SIGNALBOX_STATE_TABLE") == ""
	switch {
	case most > 0 && used > nearlyFull*most:
		return Result{name, Failed, fmt.Sprintf("%.0f%% of maxmemory are used", 100*used/most), "raise maxmemory, or take out what else is kept there"}
	case policy == "":
		return Result{name, Unchecked, "it does not say what happens when it is full", "see that maxmemory-policy is noeviction"}
	case keepsState && policy != "noeviction":
		return Result{name, Failed, "state may be evicted when it is full: its maxmemory-policy is " + policy, "set maxmemory-policy to noeviction"}
	}
	return Result{name, OK, "its maxmemory-policy is " + policy, ""}
}

// fieldsOf are the lines of INFO.
func fieldsOf(info string) map[string]string {
	fields := make(map[string]string)
	for line := range strings.Lines(info) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && slices.Contains([]string{"used_memory", "maxmemory", "maxmemory_policy"}, name) {
			fields[name] = value
		}
	}
	return fields
}
