package archtest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// root is the module's folder as seen from this package.
const root = "../.."

// laws are all the rules that hold for packages.
func laws(packages []listed) []rule {
	return slices.Concat(downward(order), rules, apart(packages))
}

func TestImports(t *testing.T) {
	t.Parallel()
	packages := list(t, root)
	for _, complaint := range broken(laws(packages), packages) {
		t.Error(complaint)
	}
}

func TestEveryPackageStandsInOneLayer(t *testing.T) {
	t.Parallel()
	for _, complaint := range unplaced(order, list(t, root)) {
		t.Error(complaint)
	}
}

func TestEveryRuleGuardsSomething(t *testing.T) {
	t.Parallel()
	packages := list(t, root)
	for _, complaint := range idle(laws(packages), packages) {
		t.Error(complaint)
	}
}

func TestEveryPackageHasOneComment(t *testing.T) {
	t.Parallel()
	for _, complaint := range undocumented(list(t, root)) {
		t.Error(complaint)
	}
}

// TestBrokenLaws proves that the checks above can fail: each module under
// testdata breaks one law, and one breaks none.
func TestBrokenLaws(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		want []string
	}{
		{"lawful", nil},
		{"vocabulary_reads_files", []string{"signalbox/shared/card imports os"}},
		{"vocabulary_is_served", []string{"signalbox/functions/alerts/rule reaches net/http"}},
		{"vocabulary_logs", []string{"signalbox/shared/incident reaches log/slog"}},
		{"vocabulary_borrows", []string{"signalbox/shared/card imports example.com/outside"}},
		{"tool_calls_operation", []string{"signalbox/shared/slack imports signalbox/shared/aliyun/linkcard"}},
		{"client_reads_environment", []string{"signalbox/shared/aliyun reaches signalbox/shared/config"}},
		{"web_knows_card", []string{"signalbox/shared/web reaches signalbox/shared/card"}},
		{"function_knows_function", []string{"signalbox/functions/cardflow reaches signalbox/functions/alerts"}},
		{"function_knows_lambda", []string{"signalbox/functions/cardflow imports github.com/aws/aws-lambda-go/events"}},
		{"function_runs_itself", []string{"signalbox/functions/alerts imports signalbox/shared/serve"}},
		{"command_knows_compute", []string{"signalbox/cmd/signalbox imports github.com/aliyun/fc-runtime-go-sdk/fc"}},
		{"notify_knows_card", []string{"signalbox/shared/notify reaches signalbox/shared/card"}},
		{"platform_knows_function", []string{"signalbox/shared/serve reaches signalbox/functions/cardflow"}},
		{"fake_shares_client", []string{"signalbox/shared/aliyun/aliyuntest imports signalbox/shared/aliyun"}},
		{"fake_knows_function", []string{"signalbox/shared/serve/servetest reaches signalbox/functions/cardflow"}},
		{"fake_deployed", []string{"signalbox/functions/alerts/bootstrap reaches signalbox/shared/slack/slacktest"}},
		{"contract_checked_at_work", []string{
			"signalbox/shared/web imports signalbox/internal/contract",
			"signalbox/shared/web reaches github.com/getkin/kin-openapi/openapi3",
			"signalbox/shared/web reaches signalbox/internal/contract",
		}},
		{"tests_deployed", []string{"signalbox/functions/alerts/bootstrap reaches testing"}},
		{"package_without_layer", []string{"signalbox/shared/utils stands in no layer"}},
		{"package_without_comment", []string{"signalbox/shared/card has no package comment"}},
		{"package_with_two_comments", []string{"signalbox/shared/card has package comments in card.go and iccid.go"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			packages := list(t, "testdata/"+test.name)
			got := slices.Concat(
				broken(laws(packages), packages),
				unplaced(order, packages),
				undocumented(packages),
			)
			if diff := cmp.Diff(test.want, withoutReasons(got)); diff != "" {
				t.Errorf("complaints about %s (-want +got):\n%s", test.name, diff)
			}
		})
	}
}

func TestIdleRule(t *testing.T) {
	t.Parallel()
	packages := list(t, "testdata/lawful")
	sound := rule{binds: []string{"signalbox/shared/card"}, may: []string{"...", "!net/http"}}
	misspelt := rule{binds: []string{"signalbox/shared/cards"}, may: []string{"...", "!signalbox/function/..."}}
	want := []string{"signalbox/function/... fits no package", "signalbox/shared/cards fits no package"}
	if diff := cmp.Diff(want, withoutReasons(idle([]rule{sound, misspelt}, packages))); diff != "" {
		t.Errorf("idle(...) (-want +got):\n%s", diff)
	}
}

// withoutReasons cuts each complaint to what is wrong.
func withoutReasons(complaints []string) []string {
	var cut []string
	for _, complaint := range complaints {
		what, _, _ := strings.Cut(complaint, ": ")
		cut = append(cut, what)
	}
	return cut
}
