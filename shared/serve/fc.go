package serve

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
	"github.com/aliyun/fc-runtime-go-sdk/fccontext"

	"signalbox/shared/aliyun/credential"
	"signalbox/shared/logging"
)

// startFunctionCompute takes events from the go1 runtime and does not return.
//
// It must be fc.Start with just this signature: in v0.3.1 fc.StartHandler fails
// every invocation, and a []byte result would arrive as a base64 string.
//
// The library calls its runtime API by the default transport, and there is no
// other way to reach those calls.
//
// https://github.com/aliyun/fc-runtime-go-sdk
func (s *service) startFunctionCompute() {
	http.DefaultTransport = &pacedTransport{RoundTripper: http.DefaultTransport}
	fc.Start(func(ctx context.Context, raw []byte) (json.RawMessage, error) {
		ctx = withFunctionCompute(ctx)
		defer s.Meter.Log(ctx, s.Logger)
		return s.invoke(ctx, raw)
	})
}

// withFunctionCompute carries the invocation's id and the temporary key pair of
// the function's role, which is fresher than the one in the environment.
func withFunctionCompute(ctx context.Context) context.Context {
	invocation, ok := fccontext.FromContext(ctx)
	if !ok {
		return ctx
	}
	ctx = logging.WithRequestID(ctx, invocation.RequestID)
	return credential.NewContext(ctx, credential.Credentials{
		AccessKeyID:     invocation.Credentials.AccessKeyId,
		AccessKeySecret: invocation.Credentials.AccessKeySecret,
		SecurityToken:   invocation.Credentials.SecurityToken,
	})
}
