package serve

import (
	"cmp"
	"fmt"
	"net"
	"strconv"
	"strings"
)

type kind int

const (
	plainHTTP kind = iota
	functionCompute
	lambdaRuntime
)

// platform is what started the process.
type platform struct {
	kind kind
	// address is where a plain HTTP server listens.
	address string
	// custom says that the HTTP server's only caller is FC's custom runtime,
	// so that x-fc-* headers can be believed: clients may not send them.
	custom bool
}

const defaultPort = "9000" // FC's own default for custom runtimes.

// detect goes by the variables that only one platform sets. It cannot fail but
// for a bad port.
//
// https://www.alibabacloud.com/help/en/functioncompute/fc/user-guide/environment-variables
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
func detect(environ []string) (platform, error) {
	switch {
	case variable(environ, "FC_RUNTIME_API") != "":
		return platform{kind: functionCompute}, nil
	case variable(environ, "AWS_LAMBDA_RUNTIME_API") != "":
		return platform{kind: lambdaRuntime}, nil
	}
	custom := variable(environ, "FC_FUNCTION_NAME") != ""
	address, err := listenAddress(environ, custom)
	return platform{kind: plainHTTP, address: address, custom: custom}, err
}

// ListenAddress is where a process with this environment listens as an HTTP server, for
// those who ask it something. It is "" where a platform's runtime API is asked for events.
func ListenAddress(environ []string) (string, error) {
	where, err := detect(environ)
	return where.address, err
}

// listenAddress is this machine's own, unless HOST says otherwise. FC's custom
// runtime reaches the process from outside.
func listenAddress(environ []string, custom bool) (string, error) {
	host := "127.0.0.1"
	if custom {
		host = "0.0.0.0"
	}
	name, port := "FC_CUSTOM_LISTEN_PORT", variable(environ, "FC_CUSTOM_LISTEN_PORT")
	if port == "" {
		name, port = "PORT", cmp.Or(variable(environ, "PORT"), defaultPort)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", fmt.Errorf("%s: %q is not a port: want a number from 1 to 65535", name, port)
	}
	return net.JoinHostPort(cmp.Or(variable(environ, "HOST"), host), port), nil
}

// variable returns the value of one environment variable, or "".
func variable(environ []string, name string) string {
	for _, line := range environ {
		if key, value, _ := strings.Cut(line, "="); key == name {
			return value
		}
	}
	return ""
}
