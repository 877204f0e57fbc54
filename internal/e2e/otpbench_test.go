package e2e_test

import (
	"os"
	"path/filepath"
	"testing"

	"signalbox/internal/otptest"
	"signalbox/shared/store"
)

// BenchmarkOTPEvents sends OTP events to the function that has its state in a file.
func BenchmarkOTPEvents(b *testing.B) {
	file := func(name string) store.Config {
		return store.Config{File: filepath.Join(b.TempDir(), name), Namespace: "conversion"}
	}
	function := file("function.db")
	otptest.Bench{Function: function, Bare: file("bare.db"), Used: func() int64 {
		info, err := os.Stat(function.File)
		if err != nil {
			b.Fatal(err)
		}
		return info.Size()
	}}.Run(b)
}
