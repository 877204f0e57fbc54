package conversion_test

import (
	"testing"

	"signalbox/internal/contract"
)

// TestMain wants the tests to see every answer that the contract has.
func TestMain(m *testing.M) {
	contract.Main(m, "conversion", contract.Excuses{
		"* 500 application/problem+json": "no request makes the function fail so; shared/web's and shared/serve's tests have handlers that do",
		"* 500 text/html":                "likewise",
	})
}
