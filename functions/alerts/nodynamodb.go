//go:build nodynamodb

package alerts

import "signalbox/shared/store"

var openDynamoDB func(e Env) store.Table // left out
