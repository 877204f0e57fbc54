package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"signalbox/shared/aliyun"
	"signalbox/shared/aliyun/linkcard"
	"signalbox/shared/config"
	"signalbox/shared/logging"
	"signalbox/shared/metric"
	"signalbox/shared/upstream"
)

// How far the clock may be off. Signatures bear 15 minutes; but instances exclude one another
// by leases of minutes, and Slack's requests are refused after five.
const (
	clockWarning = 10 * time.Second
	clockFailed  = time.Minute
)

// linkcard asks for the first cards, once, which changes nothing.
func (e *examination) linkcard(ctx context.Context) []Result {
	if !e.examines("cardflow", "alerts") {
		return nil
	}
	results, reached := e.reach(ctx, "linkcard", e.alerts.Linkcard.LinkcardEndpoint, "SIGNALBOX_LINKCARD_ENDPOINT")
	switch a := e.alerts.Account; {
	case !reached:
		results = append(results, Result{"credentials", Unchecked, "the service is not reached", "mend that first"})
	case a.AccessKeyID == "" || a.AccessKeySecret == "":
		results = append(results, Result{"credentials", Unchecked, "there is no key here to make a call with", a.MissingKeys()})
	default:
		results = append(results, e.credentials(ctx))
	}
	return results
}

func (e *examination) credentials(ctx context.Context) Result {
	const call = "ListCardInfo"
	service, err := upstream.Open(upstream.Settings{
		Endpoint: e.alerts.Linkcard.LinkcardEndpoint, PerSecond: e.alerts.Linkcard.LinkcardQPS,
		Account: e.alerts.Account, Quota: e.quota(), Meter: metric.New(), Logger: logging.Discard(),
	})
	if err != nil {
		return Result{"credentials", Unchecked, "no call can be made: " + err.Error(), "correct the variables first"}
	}
	page, err := linkcard.New(service.Client).ListCardInfo(aliyun.Once(ctx), linkcard.ListCardInfoRequest{PageNo: 1, PageSize: 10})
	if err == nil {
		return Result{"credentials", OK, fmt.Sprintf("%s was answered: the account has %d cards", call, page.Data.Total), ""}
	}
	failure, ok := errors.AsType[*aliyun.Error](err)
	if !ok {
		return Result{"credentials", Unchecked, call + " was not made: " + aliyun.Cause(err), "try again when the quota is not used up"}
	}
	what := call + " was refused: " + failure.Cause()
	switch failure.Kind {
	case aliyun.Denied:
		return Result{"credentials", Failed, what, deniedAction(failure.Code)}
	case aliyun.Expired:
		return Result{"credentials", Failed, what, "renew ALIBABA_CLOUD_SECURITY_TOKEN and the key that goes with it"}
	case aliyun.Stale:
		return Result{"credentials", Failed, what, "set the clock of this machine"}
	case aliyun.Throttled:
		return Result{"credentials", Warning, what, "lower SIGNALBOX_LINKCARD_QPS, or find out who else uses the account's quota"}
	default:
		return Result{"credentials", Failed, what, "check SIGNALBOX_LINKCARD_ENDPOINT and SIGNALBOX_REGION, and try again later"}
	}
}

// keyCodes begin what is said of keys that are wrong, and not of permissions that are missing.
var keyCodes = []string{
	"InvalidAccessKeyId", "Signature", "IncompleteSignature", "InvalidSecurityToken", "MissingSecurityToken", "linkcard.common.InvalidAliyunPK",
}

func deniedAction(code string) string {
	if slices.ContainsFunc(keyCodes, func(begin string) bool { return strings.HasPrefix(code, begin) }) {
		return "correct ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, and ALIBABA_CLOUD_SECURITY_TOKEN of a temporary key"
	}
	return "give the key's RAM user the action linkcard:ListCardInfo, as deploy/alibaba does"
}

// quota is that of the environment, without a Redis that would have to be waited for: it has
// a check of its own.
func (e *examination) quota() config.Quota {
	q := e.alerts.Quota
	q.RedisURL = config.RedisURL{}
	return q
}

// dysms has no action that reports nothing.
func (e *examination) dysms(ctx context.Context) []Result {
	if !e.examines("conversion") {
		return nil
	}
	results, reached := e.reach(ctx, "dysms", e.conversion.Dysms.DysmsEndpoint, "SIGNALBOX_DYSMS_ENDPOINT")
	if !reached {
		return results
	}
	return append(results, Result{
		"dysms permission", Unchecked, "every call of ConversionData reports something, so none was made",
		"give the key's RAM user the action dysms:ConversionData, and look at the answer to the first report",
	})
}

// reach asks an endpoint for nothing, without a signature, and looks at the date of its
// refusal.
func (e *examination) reach(ctx context.Context, name string, endpoint config.Endpoint, variable string) (results []Result, reached bool) {
	if endpoint == "" {
		return []Result{{name, Unchecked, "its endpoint cannot be read", "correct " + variable}}, false
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, string(endpoint)+"/", http.NoBody)
	if err != nil {
		return []Result{{name, Unchecked, "its endpoint cannot be asked", "correct " + variable}}, false
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}
	before := e.Now()
	answer, err := transport.RoundTrip(request)
	if err != nil {
		return []Result{{name, Failed, request.URL.Host + " is not reached: " + unreached(err), "check " + variable + ", the resolver, the proxy and the way out of this network"}}, false
	}
	defer answer.Body.Close()
	date, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		return []Result{{name, Failed, request.URL.Host + " answers without a date, as Alibaba does not", "check " + variable + ", and what is between"}}, false
	}
	results = []Result{{name, OK, request.URL.Host + " is reached", ""}}
	// The date has whole seconds.
	middle := before.Add(e.Now().Sub(before) / 2)
	return append(results, clock(name, middle.Sub(date.Add(500*time.Millisecond)))), true
}

// clock says by how much ours is ahead of the service's.
func clock(name string, ahead time.Duration) Result {
	name = "clock by " + name
	off := ahead.Abs().Round(time.Second)
	if off < clockWarning {
		return Result{name, OK, "it agrees with that of the service", ""}
	}
	r := Result{name, Warning, "it is " + off.String() + " ahead of that of the service", "set the clock of this machine, such as by NTP"}
	if ahead < 0 {
		r.What = "it is " + off.String() + " behind that of the service"
	}
	if off >= clockFailed {
		r.Status = Failed
	}
	return r
}

// unreached says in fixed words why there was no answer.
func unreached(err error) string {
	var timeout net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case is[*net.DNSError](err):
		return "the host is not known"
	case is[*tls.CertificateVerificationError](err):
		return "its certificate is not accepted"
	case is[tls.RecordHeaderError](err):
		return "it does not speak TLS"
	case is[*net.OpError](err):
		return "the connection is refused or breaks"
	default:
		return "no answer, or none that is HTTP"
	}
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}
