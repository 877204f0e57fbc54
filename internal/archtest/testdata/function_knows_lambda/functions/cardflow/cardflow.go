// Package cardflow is part of a fixture.
package cardflow

import _ "github.com/aws/aws-lambda-go/events"
