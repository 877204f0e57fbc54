// Package cardflow is part of a fixture.
package cardflow

import _ "signalbox/shared/card"
