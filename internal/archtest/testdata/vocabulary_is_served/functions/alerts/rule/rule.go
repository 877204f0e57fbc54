// Package rule is part of a fixture.
package rule

import _ "net/http"
