package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// openTerminal returns a terminal to write to, and what reads what it shows.
func openTerminal(t *testing.T) (terminal, reader *os.File) {
	t.Helper()
	reader, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	fd := int(reader.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	if terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		terminal.Close()
		reader.Close()
	})
	return terminal, reader
}

// TestBarOnATerminal moves while a sweep goes on, and is there on a terminal alone.
func TestBarOnATerminal(t *testing.T) {
	t.Parallel()
	_, environ := startEnvironment(t)
	terminal, reader := openTerminal(t)
	shown := make(chan string)
	go func() {
		text, _ := io.ReadAll(reader) // a terminal that is closed is an error of its own
		shown <- string(text)
	}()
	if code := run(t.Context(), []string{"sweep"}, console{environ: environ, stdout: io.Discard, stderr: terminal}); code != exitOK {
		t.Errorf("code %d, want 0", code)
	}
	terminal.Close()
	select {
	case text := <-shown:
		if !strings.Contains(text, "(60/60") || !strings.Contains(text, " open") {
			t.Errorf("the terminal shows %q, want how many of 60 cards", text)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the terminal does not end")
	}
}
