package dynalitetest

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"signalbox/shared/store/dynamodb"
)

// Server is a dynalite, with as many tables as one asks for.
type Server struct{ endpoint string }

var listening = regexp.MustCompile(`http://\S+:[0-9]+`)

// Start runs program, dynalite's cli.js, until the end of the test.
func Start(t *testing.T, program string) *Server {
	t.Helper()
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", program, "--host", "127.0.0.1", "--port", port, "--createTableMs", "0") //nolint:gosec // a test's
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() }) // it says that it was killed, when the test's context ended
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if at := listening.FindString(lines.Text()); at != "" {
			return &Server{endpoint: at}
		}
	}
	t.Fatalf("dynalite %q does not say where it listens: npm installs it, see make dynalite", program)
	return nil
}

// freePort is one that nobody listens at: dynalite does not choose one itself.
func freePort() (string, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}

// NewTable makes a table of the form that doc/config.md tells, and says where it is.
func (s *Server) NewTable(t *testing.T) dynamodb.Config {
	t.Helper()
	c := dynamodb.Config{
		Table: strings.NewReplacer("/", ".", "#", ".").Replace(t.Name()) + "." + rand.Text()[:6], Region: "us-east-1", Endpoint: s.endpoint,
		AccessKeyID: "id", SecretAccessKey: "secret",
	}
	client := api.New(api.Options{Region: c.Region, BaseEndpoint: &s.endpoint, Credentials: aws.CredentialsProviderFunc(credentials)})
	_, err := client.CreateTable(t.Context(), &api.CreateTableInput{
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
