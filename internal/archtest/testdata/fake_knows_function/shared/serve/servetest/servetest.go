// Package servetest is part of a fixture.
package servetest

import _ "signalbox/functions/cardflow"
