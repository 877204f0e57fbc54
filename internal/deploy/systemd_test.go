package deploy_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// unitKeys are those that systemd knows in each section, as far as they are used: it
// ignores a key that it does not know, and with it the protection.
//
// https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html
var unitKeys = map[string][]string{
	"Unit":    {"Description", "Wants", "After"},
	"Install": {"WantedBy"},
	"Service": slices.Concat([]string{
		"Type", "ExecStart", "Environment", "EnvironmentFile", "StateDirectory", "StateDirectoryMode", "DynamicUser", "UMask", "Restart", "RestartSec", "TimeoutStopSec",
	}, slices.Collect(maps.Keys(hardening))),
}

// hardening is what keeps a process that was taken over from the rest of the machine.
var hardening = map[string]string{
	"CapabilityBoundingSet": "", "LockPersonality": "yes", "MemoryDenyWriteExecute": "yes", "NoNewPrivileges": "yes", "PrivateDevices": "yes",
	"PrivateTmp": "yes", "ProtectClock": "yes", "ProtectControlGroups": "yes", "ProtectHome": "yes", "ProtectHostname": "yes",
	"ProtectKernelLogs": "yes", "ProtectKernelModules": "yes", "ProtectKernelTunables": "yes", "ProtectProc": "invisible", "ProtectSystem": "strict",
	"RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX", "RestrictNamespaces": "yes", "RestrictRealtime": "yes", "RestrictSUIDSGID": "yes",
	"SystemCallArchitectures": "native", "SystemCallFilter": "@system-service",
}

// unitFile checks a unit.
func unitFile(text []byte) (variables, found []string) {
	var p problems
	unit := p.unit(text)
	for key, want := range hardening {
		got, ok := unit["Service "+key]
		p.unless(ok && got == want, "%s is %q, want %q", key, got, want)
	}
	service := func(key string) string { return unit["Service "+key] }
	path, arguments, _ := strings.Cut(service("ExecStart"), " ")
	p.unless(filepath.IsAbs(path), "ExecStart is %q, want an absolute path", path)
	p.unless(arguments == "serve", "ExecStart has the arguments %q, want serve", arguments)
	p.unless(service("Type") == "exec", "Type is %q, so that a start that fails is none", service("Type"))
	p.unless(service("DynamicUser") == "yes", "it runs as root")
	p.unless(service("Restart") == "on-failure", "Restart is %q, want on-failure", service("Restart"))
	p.unless(service("StateDirectoryMode") == "0700" && service("UMask") == "0077", "others may read the state")
	name, value, _ := strings.Cut(service("Environment"), "=")
	p.unless(name == "SIGNALBOX_STATE_DIR" && value == "%S/"+service("StateDirectory") && service("StateDirectory") != "",
		"the state is in %q, and StateDirectory is %q", service("Environment"), service("StateDirectory"))
	p.unless(filepath.IsAbs(service("EnvironmentFile")), "EnvironmentFile is %q, so that a file that is missing is no mistake, or none is read", service("EnvironmentFile"))
	stop, err := time.ParseDuration(service("TimeoutStopSec"))
	p.unless(err == nil && stop > longestStop*time.Second, "TimeoutStopSec is %q, and the process may take %d s", service("TimeoutStopSec"), longestStop)
	p.unless(unit["Install WantedBy"] == "multi-user.target", "WantedBy is %q, so that it does not start with the machine", unit["Install WantedBy"])
	p.unless(unit["Unit After"] == "network-online.target" && unit["Unit Wants"] == "network-online.target", "it does not wait for the network")
	slices.Sort(p.found)
	return []string{name}, p.found
}

// unit reads sections and keys, each once.
func (p *problems) unit(text []byte) map[string]string {
	section, all := "", make(map[string]string)
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch key, value, isKey := strings.Cut(line, "="); {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			section = strings.Trim(line, "[]")
			p.unless(unitKeys[section] != nil, "section %q is not known", section)
		case isKey:
			p.unless(slices.Contains(unitKeys[section], key), "%s is not known in [%s]", key, section)
			_, again := all[section+" "+key]
			p.unless(!again, "%s is there twice", key)
			all[section+" "+key] = value
		default:
			p.unless(false, "%q is neither a section nor a key", line)
		}
	}
	return all
}

// TestUnitByAnalyze asks systemd itself where it is: the checks above have to do elsewhere.
func TestUnitByAnalyze(t *testing.T) {
	t.Parallel()
	text := string(read(t, "deploy/systemd/signalbox.service"))
	executable, err := exec.LookPath("true") // systemd looks whether the executable is there
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "signalbox.service")
	local := strings.Replace(text, "ExecStart=/usr/local/bin/signalbox serve", "ExecStart="+executable, 1)
	if local == text {
		t.Fatal("ExecStart is not as expected")
	}
	if err := os.WriteFile(file, []byte(local), 0o600); err != nil {
		t.Fatal(err)
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Logf("systemd is not here: %v", err)
		return
	}
	if printed, err := exec.CommandContext(t.Context(), analyze, "verify", file).CombinedOutput(); err != nil || len(printed) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, printed)
	}
}
