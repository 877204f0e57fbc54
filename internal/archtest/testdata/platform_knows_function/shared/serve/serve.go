// Package serve is part of a fixture.
package serve

import _ "signalbox/functions/cardflow"
