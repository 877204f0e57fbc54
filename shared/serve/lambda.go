package serve

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"signalbox/shared/logging"
)

// startLambda takes events from Lambda's runtime API and does not return.
//
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-golang.html
func (s *service) startLambda() {
	lambda.StartWithOptions(func(ctx context.Context, raw json.RawMessage) (json.RawMessage, error) {
		return s.invoke(withLambda(ctx), raw)
	})
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
