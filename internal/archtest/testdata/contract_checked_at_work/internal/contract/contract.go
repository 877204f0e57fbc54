// Package contract is part of a fixture.
package contract

import _ "github.com/getkin/kin-openapi/openapi3"
