//go:build notablestore

package alerts

import "signalbox/shared/store"

var openTablestore func(e Env) store.Table // left out
