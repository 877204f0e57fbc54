//go:build dynalite

package dynalitetest_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"signalbox/shared/store"
	"signalbox/shared/store/dynamodb"
	"signalbox/shared/store/storetest"
)

var program = flag.String("dynalite", "", "dynalite's cli.js")

// server is one dynalite for all tests, with a table for each.
var server = sync.OnceValues(start)

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if end != nil {
		end()
	}
	os.Exit(code)
}

// end ends the server.
var end func()

var listening = regexp.MustCompile(`http://\S+:[0-9]+`)

func start() (endpoint string, err error) {
	port, err := freePort()
	if err != nil {
		return "", err
	}
	cmd := exec.Command("node", *program, "--host", "127.0.0.1", "--port", port, "--createTableMs", "0") //nolint:noctx // it lives as long as the tests
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	end = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it says that it was killed
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if at := listening.FindString(lines.Text()); at != "" {
			return at, nil
		}
	}
	return "", fmt.Errorf("dynalite %q does not say where it listens: npm installs it, see make dynalite", *program)
}

// freePort is one that nobody listens at: dynalite does not choose one itself.
func freePort() (string, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// newTable makes a table of the form that doc/config.md tells, and says where it is.
func newTable(t *testing.T) dynamodb.Config {
	t.Helper()
	endpoint, err := server()
	if err != nil {
		t.Fatal(err)
	}
	c := dynamodb.Config{
		Table: strings.NewReplacer("/", ".", "#", ".").Replace(t.Name()), Region: "us-east-1", Endpoint: endpoint,
		AccessKeyID: "id", SecretAccessKey: "secret",
	}
	client := api.New(api.Options{Region: c.Region, BaseEndpoint: &endpoint, Credentials: aws.CredentialsProviderFunc(credentials)})
	_, err = client.CreateTable(t.Context(), &api.CreateTableInput{
		TableName: &c.Table, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("sk"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("sk"), KeyType: types.KeyTypeRange},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for {
		out, err := client.DescribeTable(t.Context(), &api.DescribeTableInput{TableName: &c.Table})
		if err != nil {
			t.Fatal(err)
		}
		if out.Table.TableStatus == types.TableStatusActive {
			return c
		}
	}
}

func credentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "id", SecretAccessKey: "secret"}, nil
}

func TestTableContract(t *testing.T) {
	t.Parallel()
	storetest.TableContract(t, func(t *testing.T) store.Table {
		t.Helper()
		return dynamodb.Open(newTable(t))
	})
}

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.SlowContract(t, func(t *testing.T) store.Store {
		t.Helper()
		s, err := store.Open(store.Config{Table: dynamodb.Open(newTable(t)), Account: "main"})
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}
