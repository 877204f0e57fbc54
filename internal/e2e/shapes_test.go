package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"signalbox/shared/serve/servetest"
)

// shaped is an answer in the members of all of Lambda's callers.
type shaped struct {
	StatusCode        int
	StatusDescription string
	Headers           map[string]string
	MultiValueHeaders http.Header
	Body              string
}

// TestEveryShapeOfARequestOnLambda looks one card up through all that can call a
// function for a request, and wants the same answer, in the form of each.
func TestEveryShapeOfARequestOnLambda(t *testing.T) {
	t.Parallel()
	c := newClouds(t)
	lambda := servetest.StartLambda(t, executable(t, "cardflow"), c.env...)
	path := "/cards/" + c.cloud.ICCID(2) + "/flow"
	single := fmt.Sprintf(`"headers":{"authorization":"Bearer %s"}`, token)
	lists := fmt.Sprintf(`"multiValueHeaders":{"authorization":["Bearer %s"]}`, token)
	elb := `"httpMethod":"GET","path":"` + path + `","requestContext":{"elb":{"targetGroupArn":"arn"}}`
	tests := []struct {
		name, event string
		described   string
		lists       bool
	}{
		{"function url", `{"version":"2.0","rawPath":"` + path + `","requestContext":{"http":{"method":"GET"}},` + single + `}`, "", false},
		{
			"http api with a stage",
			`{"version":"2.0","rawPath":"/live` + path + `","requestContext":{"stage":"live","http":{"method":"GET"}},` + single + `}`,
			"", false,
		},
		{
			"http api in format 1.0",
			`{"version":"1.0","httpMethod":"GET","path":"/live` + path + `","requestContext":{"apiId":"a","stage":"live"},` + single + `,` + lists + `}`,
			"", true,
		},
		{"rest api", `{"httpMethod":"GET","path":"` + path + `","requestContext":{"apiId":"a","stage":"live"},` + single + `,` + lists + `}`, "", true},
		{"load balancer", `{` + elb + `,` + single + `}`, "200 OK", false},
		{"load balancer with lists", `{` + elb + `,` + lists + `}`, "200 OK", true},
	}
	want := steady(t, []byte(invokeShaped(t, lambda, tests[0].event).Body))
	for _, tt := range tests {
		got := invokeShaped(t, lambda, tt.event)
		if got.StatusCode != http.StatusOK || got.StatusDescription != tt.described || (got.Headers == nil) != tt.lists || (got.MultiValueHeaders != nil) != tt.lists {
			t.Errorf("%s is answered %+v, want 200, described as %q, in lists: %t", tt.name, got, tt.described, tt.lists)
		}
		if diff := cmp.Diff(want, steady(t, []byte(got.Body))); diff != "" {
			t.Errorf("%s is answered another thing than a function url (-want +got):\n%s", tt.name, diff)
		}
	}
}

func invokeShaped(t *testing.T, lambda *servetest.Lambda, event string) shaped {
	t.Helper()
	result := lambda.Invoke(t.Context(), []byte(event))
	var got shaped
	if err := json.Unmarshal(result.Payload, &got); err != nil || result.Err != nil {
		t.Fatalf("event %s: %s, %+v, %v", event, result.Payload, result.Err, err)
	}
	return got
}
