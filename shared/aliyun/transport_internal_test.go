package aliyun

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log" //nolint:depguard // net/http writes to it
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestTransportErrors has each class of failure, as net/http wraps it.
func TestTransportErrors(t *testing.T) {
	t.Parallel()
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	tests := []struct {
		err  error
		want error
		kind Kind
	}{
		{context.DeadlineExceeded, errTimeout, Timeout},
		{&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, errTimeout, Timeout},
		{context.Canceled, errCancelled, Unavailable},
		{&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "sealed", IsNotFound: true}}, errUnknownHost, Unavailable},
		{dial(syscall.ECONNREFUSED), errRefused, Unavailable},
		{dial(syscall.ENETUNREACH), errUnreachable, Unavailable},
		{&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, errCertificate, Unavailable},
		{&net.OpError{Op: "remote error", Err: tls.AlertError(40)}, errTLS, Unavailable},
		{tls.RecordHeaderError{Msg: "sealed"}, errTLS, Unavailable},
		{io.EOF, errClosed, Unavailable},
		{io.ErrUnexpectedEOF, errClosed, Unavailable},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, errClosed, Unavailable},
		{errors.New("malformed HTTP response \"sealed\""), errNotHTTP, Unavailable},
		{errTooLarge, errTooLarge, Unexpected},
	}
	for _, tt := range tests {
		got := transportError("A", &url.Error{Op: "Post", URL: "https://host/?Signature=sealed", Err: fmt.Errorf("sealed: %w", tt.err)})
		if got.Err != tt.want || got.Kind != tt.kind || strings.Contains(got.Error(), "sealed") { //nolint:errorlint // exactly this one
			t.Errorf("transportError(%v) = %v (%v), want %v (%v)", tt.err, got, got.Kind, tt.want, tt.kind)
		}
	}
}

// TestStandardLoggerQuotesNothing writes what net/http writes, and what others do.
func TestStandardLoggerQuotesNothing(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	logger := log.New(unquoting{&text}, "", 0)
	logger.Printf("Unsolicited response received on idle HTTP channel starting with %q; err=%v", "sealed", nil)
	logger.Print("another line")
	if text.String() != "another line\n" {
		t.Errorf("the standard logger wrote %q, want only the other line", text.String())
	}
}
