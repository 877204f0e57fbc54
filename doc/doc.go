// Package doc is what the functions serve of their documentation. It has no code.
package doc

import _ "embed" // for the files below

// OpenAPI is the contract of all three functions: OpenAPI 3.1, as YAML.
//
//go:embed openapi.yaml
var OpenAPI string
