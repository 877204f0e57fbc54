package serve

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"signalbox/shared/logging"
	"signalbox/shared/metric"
)

// startLambda takes events from Lambda's runtime API and does not return.
// Without its option Lambda would end the process with no signal.
//
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-golang.html
func (s *service) startLambda() {
	lambda.StartWithOptions(func(ctx context.Context, raw json.RawMessage) (json.RawMessage, error) {
		ctx = withLambda(ctx)
		defer s.reportEMF(ctx)
		return s.invoke(ctx, raw)
	}, lambda.WithEnableSIGTERM())
}

// reportEMF writes the metrics of an invocation to stdout, where CloudWatch finds
// them.
func (s *service) reportEMF(ctx context.Context) {
	if err := (metric.Source{Function: s.Name, Meter: s.Meter}).WriteEMF(os.Stdout, s.now()); err != nil {
		s.Logger.ErrorContext(ctx, "metrics lost", slog.String("error", err.Error()))
	}
}

// withLambda carries the invocation's id. There are no Alibaba Cloud
// credentials here but the configured ones.
func withLambda(ctx context.Context) context.Context {
	invocation, ok := lambdacontext.FromContext(ctx)
	if !ok {
		return ctx
	}
	return logging.WithRequestID(ctx, invocation.AwsRequestID)
}
