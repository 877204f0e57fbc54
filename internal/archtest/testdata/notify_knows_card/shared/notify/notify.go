// Package notify is part of a fixture.
package notify

import _ "signalbox/shared/card"
