// Package servetest runs a real bootstrap, as built for the cloud, against fake
// runtime APIs on a loopback port: Function Compute's ([StartFC]), Lambda's
// ([StartLambda]), or none, which makes it a plain HTTP server ([StartHTTP]).
//
// The fakes keep to what the platforms do and the runtime libraries rely on:
//   - a call for the next event is held open until there is one,
//   - an instance gets one event at a time,
//   - FC confirms an answer with 200, Lambda with 202, and both refuse an
//     answer to an id they have not given out,
//   - an invocation that passes its deadline is given up,
//   - in an outage ([Instance.BeginOutage]) a call for the next event fails at once,
//   - Lambda sends SIGTERM only where the process has registered an extension,
//     and otherwise SIGKILL.
//
// Missing, because no function here uses them: FC's initializer and preStop
// calls, Lambda's extension events and streamed responses, and restarting an
// instance after a timeout.
package servetest

import (
	"context"
	"testing"
	"time"
)

// Invocation is one event with what the platform says about it.
type Invocation struct {
	Event []byte
	// RequestID is the platform's id; empty takes a new one.
	RequestID string
	// Deadline is when the platform gives up; zero is 10 s from now.
	Deadline time.Time
	// The role's credentials, which only FC hands over. Empty hands over none.
	AccessKeyID, AccessKeySecret, SecurityToken string
}

// Result is how an invocation ended.
type Result struct {
	// RequestID is the id that the function saw.
	RequestID string
	// Payload is what the function posted, also where it is an error.
	Payload []byte
	// Err is the function's error; nil means that the platform got an answer.
	Err *InvokeError
}

// InvokeError is the error that a runtime library posts to the platform, or
// the platform's own where the function did not answer in time.
type InvokeError struct {
	Message string `json:"errorMessage"`
	// Type is the Go type of the error, without its package.
	Type string `json:"errorType"`
}

// Error says what the platform would show.
func (e *InvokeError) Error() string { return e.Type + ": " + e.Message }

// Instance is a process that takes its events from a fake runtime API.
type Instance struct {
	child *process
	api   *runtimeAPI
}

// Invoke delivers one event with nothing special about it, and waits for the
// answer. It may be called from several goroutines.
func (i *Instance) Invoke(ctx context.Context, event []byte) Result {
	i.child.tb.Helper()
	return i.Do(ctx, Invocation{Event: event})
}

// Do delivers one invocation and waits for the answer, for its deadline or for
// ctx to end. It fails the test if the process ends meanwhile.
func (i *Instance) Do(ctx context.Context, invocation Invocation) Result {
	i.child.tb.Helper()
	return i.api.do(ctx, i.child, invocation)
}

// Output returns what the process has printed so far, to stdout and stderr.
func (i *Instance) Output() string { return i.child.output() }

// Stop ends the process as the platform does, waits for it and returns its exit
// code, -1 where a signal ended it.
func (i *Instance) Stop() int {
	i.child.tb.Helper()
	return i.child.stop(i.api.stopSignal())
}

// FC is a process on a fake Function Compute runtime API.
type FC struct{ Instance }

// StartFC starts binary as FC's go1 runtime does, with just the variables of env
// and FC_RUNTIME_API. It waits until the process asks for an event, fails
// the test if it ends before that, and kills it when the test is over.
func StartFC(tb testing.TB, binary string, env ...string) *FC {
	tb.Helper()
	return &FC{start(tb, functionCompute, binary, env)}
}

// Lambda is a process on a fake Lambda runtime API.
type Lambda struct{ Instance }

// StartLambda starts binary as Lambda does, with just the variables of env and
// AWS_LAMBDA_RUNTIME_API, and otherwise does as [StartFC].
func StartLambda(tb testing.TB, binary string, env ...string) *Lambda {
	tb.Helper()
	return &Lambda{start(tb, lambda, binary, env)}
}

func start(tb testing.TB, p protocol, binary string, env []string) Instance {
	tb.Helper()
	api := startRuntimeAPI(tb, p)
	child := startProcess(tb, []string{binary}, env, p.variable+"="+api.address())
	child.await(api.polled, "ask for an event")
	return Instance{child, api}
}
