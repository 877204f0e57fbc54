package deploy_test

import (
	"slices"
	"strings"
	"time"
)

// The compose types hold the part of compose.yaml that is used.
//
// https://docs.docker.com/reference/compose-file/
type (
	composeDocument struct {
		Name     string                    `yaml:"name"`
		Services map[string]composeService `yaml:"services"`
		Volumes  map[string]struct{}       `yaml:"volumes"`
	}
	composeService struct {
		Build           composeBuild      `yaml:"build"`
		Image           string            `yaml:"image"`
		User            string            `yaml:"user"`
		Profiles        []string          `yaml:"profiles"`
		Command         []string          `yaml:"command"`
		EnvFile         []string          `yaml:"env_file"`
		Environment     map[string]string `yaml:"environment"`
		Ports           []string          `yaml:"ports"`
		Volumes         []string          `yaml:"volumes"`
		Restart         string            `yaml:"restart"`
		StopGracePeriod string            `yaml:"stop_grace_period"`
		ReadOnly        bool              `yaml:"read_only"`
		Tmpfs           []string          `yaml:"tmpfs"`
		CapDrop         []string          `yaml:"cap_drop"`
		SecurityOpt     []string          `yaml:"security_opt"`
		Logging         composeLogging    `yaml:"logging"`
	}
	composeBuild struct {
		Context    string `yaml:"context"`
		Dockerfile string `yaml:"dockerfile"`
	}
	composeLogging struct {
		Driver  string            `yaml:"driver"`
		Options map[string]string `yaml:"options"`
	}
)

// composeFile checks compose.yaml.
func composeFile(text []byte) (variables, found []string) {
	var document composeDocument
	if err := strict(text, &document); err != nil {
		return nil, []string{err.Error()}
	}
	var p problems
	for name, service := range document.Services {
		where := problems{at: name + ": "}
		where.composeService(service, document.Volumes)
		p.found = append(p.found, where.found...)
		for variable := range service.Environment {
			variables = append(variables, variable)
		}
	}
	p.composeSignalbox(document.Services["signalbox"])
	p.composeRedis(document.Services["redis"])
	slices.Sort(p.found)
	return variables, p.found
}

// composeService checks what holds for both.
func (p *problems) composeService(s composeService, volumes map[string]struct{}) {
	p.unless(s.Restart == "unless-stopped", "restart is %q, so that it stays down", s.Restart)
	p.unless(slices.Equal(s.CapDrop, []string{"ALL"}), "cap_drop is %q, want ALL", s.CapDrop)
	p.unless(slices.Contains(s.SecurityOpt, "no-new-privileges:true"), "no-new-privileges is missing")
	p.unless(s.Logging.Driver == "json-file" && s.Logging.Options["max-size"] != "" && s.Logging.Options["max-file"] != "",
		"logging is %+v: the log fills the disk, or is lost", s.Logging)
	for _, port := range s.Ports {
		p.unless(strings.HasPrefix(port, "127.0.0.1:"), "the port %s is open to everybody, past the proxy", port)
	}
	for _, volume := range s.Volumes {
		name, _, _ := strings.Cut(volume, ":")
		_, ok := volumes[name]
		p.unless(ok, "the volume %q is not declared", name)
	}
}

func (p *problems) composeSignalbox(s composeService) {
	p.unless(s.Build == composeBuild{"..", "deploy/Dockerfile"}, "build is %+v, want the Dockerfile from the root", s.Build)
	p.unless(slices.Equal(s.EnvFile, []string{"signalbox.env"}), "env_file is %q, want signalbox.env", s.EnvFile)
	p.unless(slices.ContainsFunc(s.Volumes, func(v string) bool { return strings.HasSuffix(v, ":"+stateFolder) }), "no volume is at %s, so that the state is lost", stateFolder)
	p.unless(s.ReadOnly, "read_only is missing")
	p.unless(slices.Equal(s.Tmpfs, []string{"/tmp"}), "tmpfs is %q: there is no room for temporary files", s.Tmpfs)
	grace, err := time.ParseDuration(s.StopGracePeriod)
	p.unless(err == nil && grace > longestStop*time.Second, "stop_grace_period is %q, and the process may take %d s", s.StopGracePeriod, longestStop)
	p.unless(len(s.Profiles) == 0, "it is in the profile %q, and not started", s.Profiles)
	p.unless(len(s.Ports) == 1, "%d ports, want one", len(s.Ports))
}

func (p *problems) composeRedis(s composeService) {
	p.unless(slices.Equal(s.Profiles, []string{"redis"}), "redis: the profiles are %q, so that everybody gets it", s.Profiles)
	command := strings.Join(s.Command, " ")
	p.unless(strings.Contains(command, "--maxmemory-policy noeviction"), "redis: it may evict the state")
	p.unless(strings.Contains(command, "--appendonly yes"), "redis: it keeps nothing on disk")
	_, version, _ := strings.Cut(s.Image, ":")
	p.unless(version != "" && version != "latest", "redis: the image %q has no version", s.Image)
	p.unless(len(s.Ports) == 0, "redis: a port is open")
	p.unless(s.User == "redis", "redis: it runs as root")
	p.unless(len(s.Volumes) == 1 && strings.HasSuffix(s.Volumes[0], ":/data"), "redis: no volume is at /data")
}
