//go:build redis

package redistest_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"signalbox/shared/logging"
	"signalbox/shared/quota"
	"signalbox/shared/redisdial"
	"signalbox/shared/serve/servetest"
	"signalbox/shared/store"
	"signalbox/shared/store/storetest"
)

// permissions are what doc/config.md tells people to give the user.
var permissions = []any{
	"on", ">sealed", "~signalbox:*", "~damaged:*",
	"+eval", "+evalsha", "+time", "+@hash", "+pexpire",
	"+type", "+scan", "+dump", "+watch", "+unwatch", "+multi", "+exec", "+rename", "+cluster|slots",
	"+@sortedset", "+get", "+set", "+mget", "+del", "+info",
}

// certify writes a certificate of 127.0.0.1 and its key into a folder, and has this
// process and its children trust it.
func certify(folder string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	for name, block := range map[string]*pem.Block{
		"certificate.pem": {Type: "CERTIFICATE", Bytes: certificate}, "key.pem": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(block), 0o600); err != nil {
			return err
		}
	}
	return os.Setenv("SSL_CERT_FILE", filepath.Join(folder, "certificate.pem"))
}

// secured is a server that also speaks TLS, on a port of its own.
type secured struct {
	*server
	port string // with TLS
	bus  string // of a Cluster
}

// startSecured starts a server with the user signalbox, who has no more than the
// permissions that are needed.
func startSecured(t *testing.T, options ...string) secured {
	t.Helper()
	certificate, port, bus := os.Getenv("SSL_CERT_FILE"), servetest.FreePort(t), servetest.FreePort(t)
	s := secured{startRedis(t, append([]string{
		"--tls-port", port, "--tls-cert-file", certificate, "--tls-key-file", filepath.Join(filepath.Dir(certificate), "key.pem"),
		"--tls-auth-clients", "no", "--tls-ca-cert-file", certificate, "--cluster-port", bus,
	}, options...)...), port, bus}
	if err := s.client(t).Do(t.Context(), append([]any{"ACL", "SETUSER", "signalbox"}, permissions...)...).Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

// startCluster starts a Cluster of three nodes and returns the URL of its user.
func startCluster(t *testing.T) (nodes []secured, url string) {
	t.Helper()
	for i := range 3 {
		node := startSecured(t, "--cluster-enabled", "yes", "--cluster-config-file", t.TempDir()+"/nodes.conf", "--tls-cluster", "yes")
		if err := node.client(t).ClusterAddSlotsRange(t.Context(), i*16384/3, (i+1)*16384/3-1).Err(); err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, node)
	}
	for _, node := range nodes[1:] {
		if err := nodes[0].client(t).Do(t.Context(), "CLUSTER", "MEET", "127.0.0.1", node.port, node.bus).Err(); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(30 * time.Second); ; {
		known := 0
		for _, node := range nodes {
			info, err := node.client(t).ClusterInfo(t.Context()).Result()
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_known_nodes:3") {
				known++
			}
		}
		if known == len(nodes) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the cluster does not serve")
		}
	}
	const host = "127.0.0.1:"
	return nodes, fmt.Sprintf("rediss://signalbox:sealed@%s%s?addr=%s%s&addr=%s%s",
		host, nodes[0].port, host, nodes[1].port, host, nodes[2].port)
}

// TestUserOverTLS has state and quota in one server and in a Cluster of three, over
// TLS and by a user with no other permissions than the documented ones.
func TestUserOverTLS(t *testing.T) {
	t.Parallel()
	_, cluster := startCluster(t)
	one := startSecured(t)
	for name, url := range map[string]string{
		"one server": "rediss://signalbox:sealed@127.0.0.1:" + one.port, "Cluster": cluster,
	} {
		t.Run("state in "+name, func(t *testing.T) {
			t.Parallel()
			storetest.Contract(t, func(t *testing.T) store.Store {
				t.Helper()
				return openState(t, store.Config{RedisURL: url, Account: t.Name()})
			})
		})
		t.Run("quota in "+name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			permits, err := quota.Open(quota.Config{
				RedisURL: url, Account: "main", PerSecond: 100, Share: 0.1, Logger: logging.New(&log, nil),
			})
			if err != nil {
				t.Fatal(err)
			}
			for i := range 8 { // keys of several slots
				action := fmt.Sprint("Action", i)
				if err := permits.Wait(t.Context(), action); err != nil {
					t.Error(err)
				}
				permits.Throttled(t.Context(), action, time.Millisecond)
			}
			if log.Len() > 0 {
				t.Errorf("the log has lines, so that Redis was not used: %s", log.String())
			}
		})
		t.Run("reset in "+name, func(t *testing.T) {
			t.Parallel()
			resets(t, url)
		})
	}
}

// resets has the state's own schema replaced by nonsense, and moved aside.
func resets(t *testing.T, url string) {
	t.Helper()
	config := store.Config{RedisURL: url, Account: t.Name()}
	if err := openState(t, config).Apply(t.Context(), store.Batch{Put: []store.Record{record("c", "k", "1"), record("meta", "schema", "nonsense")}}); err != nil {
		t.Fatal(err)
	}
	_, err := openState(t, config).Get(t.Context(), "c", "k")
	damage, ok := errors.AsType[*store.DamagedError](err)
	if !ok {
		t.Fatalf("Get from a state without a schema = %v, want a DamagedError", err)
	}
	config.Reset = damage.ID
	if got, err := openState(t, config).Get(t.Context(), "c", "k"); err != nil || got != nil {
		t.Errorf("Get after the reset = %q, %v; want nothing", got, err)
	}
}

// TestRefusalsArePermanent asks real servers what they answer to a wrong
// configuration.
func TestRefusalsArePermanent(t *testing.T) {
	t.Parallel()
	nodes, cluster := startCluster(t)
	one := startSecured(t)
	withPassword := startRedis(t, "--requirepass", "sealed")
	if err := one.client(t).Set(t.Context(), "signalbox:taken", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ url, key string }{
		"wrong password":             {"redis://:wrong@" + withPassword.address, "signalbox:k"},
		"no password":                {"redis://" + withPassword.address, "signalbox:k"},
		"unknown user":               {"redis://nobody:sealed@" + one.address, "signalbox:k"},
		"foreign key":                {"redis://signalbox:sealed@" + one.address, "other"},
		"key of another kind":        {"redis://signalbox:sealed@" + one.address, "signalbox:taken"},
		"no such database":           {"redis://" + one.address + "/99", "signalbox:k"},
		"one node of a Cluster":      {"redis://" + nodes[0].address, "signalbox:{1}"},
		"Cluster with no such user":  {strings.Replace(cluster, "signalbox:sealed", "nobody:sealed", 1), "signalbox:k"},
		"Cluster that is one server": {"redis://" + one.address + "?addr=" + one.address, "signalbox:k"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := redisdial.Open(tt.url, 5*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			err = redis.NewScript(`return redis.call('HSET', KEYS[1], 'f', 'v')`).Run(t.Context(), client, []string{tt.key}).Err()
			if !redisdial.Permanent(err) {
				t.Errorf("a script = %v, want an error that is known to be permanent", err)
			}
		})
	}
}
