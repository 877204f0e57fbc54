// Package web is part of a fixture.
package web

import _ "signalbox/internal/contract"
