package deploy_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// instruction is one of a Dockerfile, with the lines that it goes on over joined.
type instruction struct{ name, rest string }

var dockerNames = []string{
	"FROM", "ARG", "COPY", "RUN", "WORKDIR", "ENV", "USER", "EXPOSE", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD",
}

// instructions reads the part of the language that is used.
//
// https://docs.docker.com/reference/dockerfile/
func instructions(text []byte) (all []instruction, err error) {
	joined := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if head, ok := strings.CutSuffix(line, `\`); ok {
			joined += head
			continue
		}
		name, rest, _ := strings.Cut(joined+line, " ")
		joined = ""
		if !slices.Contains(dockerNames, name) {
			return nil, fmt.Errorf("instruction %q is not known", name)
		}
		all = append(all, instruction{name, strings.TrimSpace(rest)})
	}
	return all, nil
}

// stages splits instructions at each FROM.
func stages(all []instruction) (split [][]instruction) {
	for _, i := range all {
		if i.name == "FROM" || len(split) == 0 {
			split = append(split, nil)
		}
		split[len(split)-1] = append(split[len(split)-1], i)
	}
	return split
}

// rests are what follows each instruction of a name.
func rests(stage []instruction, name string) (all []string) {
	for _, i := range stage {
		if i.name == name {
			all = append(all, i.rest)
		}
	}
	return all
}

// last is what counts where a name is there more than once; "": it is not there.
func last(stage []instruction, name string) string {
	all := rests(stage, name)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// execForm reads ["a", "b"]; nil: it is the form for a shell, which the image lacks.
func execForm(rest string) (words []string) {
	if json.Unmarshal([]byte(rest), &words) != nil {
		return nil
	}
	return words
}

// variablesOfStage are those that ENV sets.
func variablesOfStage(stage []instruction) map[string]string {
	set := make(map[string]string)
	for _, rest := range rests(stage, "ENV") {
		for word := range strings.FieldsSeq(rest) {
			name, value, _ := strings.Cut(word, "=")
			set[name] = value
		}
	}
	return set
}

var (
	pinnedGo = regexp.MustCompile(`^golang:[0-9]+\.[0-9]+\.[0-9]+ AS build$`)
	someUser = regexp.MustCompile(`^[1-9][0-9]*:[1-9][0-9]*$`)
)

// dockerFile checks the Dockerfile.
func dockerFile(text []byte) (variables, found []string) {
	all, err := instructions(text)
	if err != nil {
		return nil, []string{err.Error()}
	}
	var p problems
	split := stages(all)
	if len(split) != 2 {
		return nil, []string{fmt.Sprintf("%d stages, want one to build and one to run", len(split))}
	}
	p.buildStage(split[0])
	p.runStage(split[1])
	for name := range variablesOfStage(split[1]) {
		variables = append(variables, name)
	}
	return variables, p.found
}

func (p *problems) buildStage(stage []instruction) {
	p.unless(pinnedGo.MatchString(last(stage, "FROM")), "the build is from %q, want a pinned Go", last(stage, "FROM"))
	build := ""
	for _, run := range rests(stage, "RUN") {
		if strings.Contains(run, "go build") {
			build = run
		}
	}
	for _, part := range []string{"CGO_ENABLED=0", "-mod=readonly", "-trimpath", "-buildvcs=false", "-s -w", "buildinfo.version=${VERSION}", "buildinfo.revision=${REVISION}"} {
		p.unless(strings.Contains(build, part), "go build lacks %s", part)
	}
	for _, name := range []string{"VERSION", "REVISION"} {
		p.unless(slices.Contains(rests(stage, "ARG"), name+"=unknown"), "ARG %s=unknown is missing", name)
	}
}

func (p *problems) runStage(stage []instruction) {
	p.unless(last(stage, "FROM") == "scratch", "the image is from %q, want scratch", last(stage, "FROM"))
	user := last(stage, "USER")
	p.unless(someUser.MatchString(user), "USER is %q, want numbers that are not root's", user)
	entry, command := execForm(last(stage, "ENTRYPOINT")), execForm(last(stage, "CMD"))
	p.unless(len(entry) == 1, "ENTRYPOINT is %q, want the executable in brackets", last(stage, "ENTRYPOINT"))
	p.unless(slices.Equal(command, []string{"serve"}), "CMD is %q, want serve in brackets", last(stage, "CMD"))
	_, health, _ := strings.Cut(last(stage, "HEALTHCHECK"), "CMD ")
	p.unless(len(entry) == 1 && slices.Equal(execForm(health), []string{entry[0], "health"}), "HEALTHCHECK runs %q, want the executable itself", health)
	set := variablesOfStage(stage)
	p.unless(set["HOST"] == "0.0.0.0", "HOST is %q, so that nobody reaches it", set["HOST"])
	p.unless(set["SIGNALBOX_STATE_DIR"] == stateFolder, "SIGNALBOX_STATE_DIR is %q, want %s", set["SIGNALBOX_STATE_DIR"], stateFolder)
	p.unless(slices.Equal(execForm(last(stage, "VOLUME")), []string{stateFolder}), "VOLUME is %q, so that the state is lost", last(stage, "VOLUME"))
	p.unless(last(stage, "EXPOSE") == set["PORT"], "EXPOSE is %q, want PORT %q", last(stage, "EXPOSE"), set["PORT"])
	p.unless(last(stage, "STOPSIGNAL") == "SIGTERM", "STOPSIGNAL is %q, want SIGTERM", last(stage, "STOPSIGNAL"))
	p.unless(len(rests(stage, "RUN")) == 0, "RUN needs a shell, which the image lacks")
	p.copied(rests(stage, "COPY"), user, entry)
}

// copied wants the executable, certificates, and the state's folder as the user's own.
func (p *problems) copied(copies []string, user string, entry []string) {
	at := func(target string) string {
		n := slices.IndexFunc(copies, func(c string) bool { return strings.HasSuffix(c, " "+target) })
		if n < 0 {
			return ""
		}
		return copies[n]
	}
	p.unless(at("/etc/ssl/certs/ca-certificates.crt") != "", "there are no certificates to know Alibaba by")
	p.unless(len(entry) == 1 && at(entry[0]) != "", "the executable is not copied to where ENTRYPOINT has it")
	p.unless(strings.Contains(at(stateFolder), "--chown="+user+" "), "the state's folder is not the user's own")
}
