package deploy_test

import (
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// manifest is what Slack makes an app of.
//
// See https://docs.slack.dev/reference/app-manifest/.
type manifest struct {
	Display struct {
		Name, Description string
	} `yaml:"display_information"`
	Features struct {
		Bot struct {
			Name string `yaml:"display_name"`
		} `yaml:"bot_user"`
		Commands []struct {
			Command, URL, Description string
			Hint                      string `yaml:"usage_hint"`
			Escape                    bool   `yaml:"should_escape"`
		} `yaml:"slash_commands"`
	}
	OAuth struct {
		Scopes struct{ Bot []string }
	} `yaml:"oauth_config"`
	Settings struct {
		Interactivity struct {
			Enabled bool   `yaml:"is_enabled"`
			URL     string `yaml:"request_url"`
		}
		Socket bool `yaml:"socket_mode_enabled"`
	}
}

// TestSlackManifest holds the app to what the code needs: the scopes of the methods that
// it calls, and the paths that it answers.
func TestSlackManifest(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../deploy/slack/manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := yaml.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	scopes := slices.Sorted(slices.Values(m.OAuth.Scopes.Bot))
	if want := []string{"channels:history", "chat:write", "commands", "files:write"}; !slices.Equal(scopes, want) {
		t.Errorf("the bot's scopes are %q, want %q and no more", scopes, want)
	}
	contract, err := os.ReadFile("../../doc/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Features.Commands) != 1 {
		t.Fatalf("%d commands, want /signalbox", len(m.Features.Commands))
	}
	command := m.Features.Commands[0]
	for address, path := range map[string]string{command.URL: "/slack/commands", m.Settings.Interactivity.URL: "/slack/actions"} {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || u.Host != "alerts.example.com" || u.Path != path || !strings.Contains(string(contract), "\n  "+path+":\n") {
			t.Errorf("the request URL %q, want that of %s at a host to be replaced", address, path)
		}
	}
	if command.Command != "/signalbox" || command.Escape || !m.Settings.Interactivity.Enabled || m.Settings.Socket {
		t.Errorf("the manifest is %+v, want /signalbox as it is entered, and interactivity over HTTP", m)
	}
	for name, limit := range map[string]int{m.Display.Name: 35, m.Display.Description: 140, command.Description: 2000, command.Hint: 1000, m.Features.Bot.Name: 80} {
		if name == "" || len(name) > limit {
			t.Errorf("%q has %d bytes, want 1 to %d", name, len(name), limit)
		}
	}
}
