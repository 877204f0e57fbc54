package servetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// startTimeout is generous: the machine may be busy with other tests.
const startTimeout = 30 * time.Second

// process is a child that does not outlive its test.
type process struct {
	tb     testing.TB
	name   string
	cmd    *exec.Cmd
	exited chan struct{} // Closed once cmd.ProcessState is there to read.
	// log is a file and not a pipe, so that what the process has printed
	// before it answers is there to read when the answer comes.
	log string
}

// startProcess starts a command, which begins with the executable.
func startProcess(tb testing.TB, command, env []string, more ...string) *process {
	tb.Helper()
	binary := command[0]
	p := &process{
		tb:     tb,
		name:   filepath.Base(binary),
		cmd:    exec.CommandContext(tb.Context(), binary, command[1:]...), //nolint:gosec // What a test has built.
		exited: make(chan struct{}),
		log:    filepath.Join(tb.TempDir(), "output"),
	}
	file, err := os.Create(p.log)
	if err != nil {
		tb.Fatalf("keep the output of %s: %v", binary, err)
	}
	defer func() { _ = file.Close() }() // The child has its own.
	p.cmd.Env = slices.Concat(env, more)
	p.cmd.Dir = tb.TempDir()
	p.cmd.Stdout, p.cmd.Stderr = file, file
	if err := p.cmd.Start(); err != nil {
		tb.Fatalf("start %s: %v", binary, err)
	}
	go func() {
		defer close(p.exited)
		_ = p.cmd.Wait() // How it ended is in cmd.ProcessState.
	}()
	tb.Cleanup(func() {
		_ = p.cmd.Process.Kill() // It may have ended already.
		<-p.exited
	})
	return p
}

// await waits until ready is closed, which means that the process did what.
func (p *process) await(ready <-chan struct{}, what string) {
	p.tb.Helper()
	timer := time.NewTimer(startTimeout)
	defer timer.Stop()
	select {
	case <-ready:
	case <-p.exited:
		p.tb.Fatalf("%s ended (%s) and did not %s:\n%s", p.name, p.cmd.ProcessState, what, p.output())
	case <-timer.C:
		p.tb.Fatalf("%s did not %s within %s:\n%s", p.name, what, startTimeout, p.output())
	}
}

// output returns what the process has printed so far, to stdout and stderr.
func (p *process) output() string {
	p.tb.Helper()
	printed, err := os.ReadFile(p.log)
	if err != nil {
		p.tb.Errorf("read the output of %s: %v", p.name, err)
	}
	return string(printed)
}

// stop sends a signal and returns the exit code, -1 where the signal itself
// ended the process.
func (p *process) stop(s os.Signal) int {
	p.tb.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.tb.Errorf("signal %s: %v", p.name, err)
	}
	<-p.exited
	return p.cmd.ProcessState.ExitCode()
}
