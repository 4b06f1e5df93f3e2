package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// run runs a small command "demo" with a subcommand "sub", both doing job.
func run(t *testing.T, job func(ctx context.Context, a *App, args []string) error, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var out, errs bytes.Buffer
	code = Run("demo", args, &out, &errs, func(a *App) *cobra.Command {
		runE := func(cmd *cobra.Command, args []string) error { return job(cmd.Context(), a, args) }
		root := &cobra.Command{Use: "demo", Args: NoArgs(""), RunE: runE}
		root.Flags().Int("count", 1, "how many")
		root.AddCommand(&cobra.Command{Use: "sub FILE", Args: OneArg, RunE: runE})
		return root
	})
	return code, out.String(), errs.String()
}

func TestExitCodesAndErrors(t *testing.T) {
	fails := func(err error) func(context.Context, *App, []string) error {
		return func(context.Context, *App, []string) error { return err }
	}
	for _, tt := range []struct {
		name   string
		job    func(context.Context, *App, []string) error
		args   []string
		code   int
		stderr string
	}{
		{"success", fails(nil), nil, 0, ""},
		{"failure", fails(errors.New("x.png: no such file")), nil, 1, "demo: x.png: no such file\n"},
		{"many lines become one", fails(errors.New("a\n\tb\n")), nil, 1, "demo: a b\n"},
		{"usage error", fails(Usagef("--count %d: too many", 9)), nil, 2, "demo: --count 9: too many; see 'demo --help'\n"},
		{"wrapped usage error", fails(fmt.Errorf("w: %w", Usagef("u"))), nil, 2, "demo: w: u; see 'demo --help'\n"},
		{"unknown flag", fails(nil), []string{"--nope"}, 2, "demo: unknown flag --nope; see 'demo --help'\n"},
		{"bad value", fails(nil), []string{"--count", "x"}, 2, "demo: --count x: want a whole number; see 'demo --help'\n"},
		{"mistyped flag", fails(nil), []string{"--coutn", "3"}, 2, "demo: unknown flag --coutn: did you mean --count?; see 'demo --help'\n"},
		{"one dash", fails(nil), []string{"-count", "3"}, 2, "demo: unknown flag -count: did you mean --count?; see 'demo --help'\n"},
		{"mistyped command", fails(nil), []string{"sbu"}, 2, "demo: unknown command \"sbu\": did you mean sub?; see 'demo --help'\n"},
		{"unknown command", fails(nil), []string{"nope"}, 2, "demo: unknown command \"nope\"; see 'demo --help'\n"},
		{"missing argument", fails(nil), []string{"sub"}, 2, "demo: 0 arguments: want one, as in 'demo sub FILE'; see 'demo sub --help'\n"},
		{"no threads", fails(nil), []string{"--threads", "0"}, 2, "demo: --threads 0: want a number from 1 to 1024; see 'demo --help'\n"},
		{"too many threads", fails(nil), []string{"--threads", "1025"}, 2, "demo: --threads 1025: want a number from 1 to 1024; see 'demo --help'\n"},
		{"many threads", fails(nil), []string{"--threads", "1024"}, 0, ""},
		{"cancelled without a signal", fails(context.Canceled), nil, 1, "demo: context canceled\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, stdout, stderr := run(t, tt.job, tt.args...)
			if code != tt.code || stderr != tt.stderr || stdout != "" {
				t.Errorf("exit %d, stdout %q, stderr %q; want %d, %q", code, stdout, stderr, tt.code, tt.stderr)
			}
		})
	}
}

func TestQuietVersionThreads(t *testing.T) {
	talk := func(_ context.Context, a *App, _ []string) error {
		a.Printf("epoch %d", 1)
		a.Notef("note")
		a.Notef("%s", "note")
		p := a.Progress(10, "images")
		p.interval = 0
		p.Add(10)
		p.Stop()
		if got := runtime.GOMAXPROCS(0); got != a.Threads {
			return fmt.Errorf("GOMAXPROCS is %d, want %d", got, a.Threads)
		}
		return nil
	}
	if code, stdout, stderr := run(t, talk, "--quiet", "--threads", "3"); code != 0 || stdout+stderr != "" {
		t.Errorf("--quiet: exit %d, output %q %q; want none", code, stdout, stderr)
	}
	code, stdout, stderr := run(t, talk)
	if code != 0 || stdout != "epoch 1\n" || !strings.HasPrefix(stderr, "note\n10 of 10 images, ") || !strings.HasSuffix(stderr, " images/s, 0s left\n") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	if code, stdout, _ := run(t, talk, "--version"); code != 0 || !strings.HasPrefix(stdout, "demo ") || !strings.Contains(stdout, runtime.Version()) {
		t.Errorf("--version: exit %d, %q", code, stdout)
	}
	if code, stdout, _ := run(t, talk, "sub", "--help"); code != 0 || !strings.Contains(stdout, "demo sub FILE") {
		t.Errorf("--help: exit %d, %q", code, stdout)
	}
}

// TestBarMakesRoom writes a line while a bar is shown: the bar is wiped first and drawn again after.
func TestBarMakesRoom(t *testing.T) {
	var screen bytes.Buffer
	l := &line{}
	w := &terminal{w: &screen, line: l, interactive: true}
	a := &App{out: w, err: w}
	p := a.Progress(100, "images")
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for range 10 {
				p.Add(2)
				p.Describe("elbo %d", -160)
			}
		})
	}
	workers.Wait()
	a.Printf("a line")
	before, after, ok := strings.Cut(screen.String(), "a line\n")
	if !ok || !strings.HasSuffix(before, "\r\x1b[2K") && !strings.HasSuffix(before, "\x1b[2K\r") {
		t.Errorf("the line is not on a wiped screen line: %q", before)
	}
	if !strings.Contains(after, "/100") {
		t.Errorf("the bar does not come back after the line: %q", after)
	}
	p.Stop()
	p.Stop()
	rest := screen.Len()
	a.Printf("last")
	if got := screen.String()[rest:]; got != "last\n" {
		t.Errorf("after Stop a line is written as %q", got)
	}
}

func TestPlainLinesAreRare(t *testing.T) {
	var out bytes.Buffer
	a := &App{err: (&line{}).terminal(&out)}
	p := a.Progress(1000, "images")
	p.Describe("epoch 2")
	for range 500 {
		p.Add(1)
	}
	if out.Len() > 0 {
		t.Errorf("a line within the first seconds: %q", out.String())
	}
	p.printed = time.Now().Add(-time.Minute)
	p.Add(1)
	if got := out.String(); !strings.HasPrefix(got, "epoch 2: 501 of 1000 images, ") || strings.Count(got, "\n") != 1 {
		t.Errorf("plain line %q", got)
	}
}

// TestProgressOfAContinuedJob does not count as speed what was done before.
func TestProgressOfAContinuedJob(t *testing.T) {
	p := (&App{Quiet: true, err: (&line{}).terminal(new(bytes.Buffer))}).Progress(1000, "images")
	p.Skip(900)
	if got := p.String(); got != "900 of 1000 images" {
		t.Errorf("before the first image: %q", got)
	}
	p.started = time.Now().Add(-10 * time.Second)
	p.Add(1)
	if got := p.String(); got != "901 of 1000 images" { // which may have taken the whole start
		t.Errorf("after one image: %q", got)
	}
	p.Add(14)
	if got := p.String(); got != "915 of 1000 images, 1.5 images/s, 57s left" {
		t.Errorf("after 15 images in 10 s: %q", got)
	}
	p.Add(35)
	if got := p.String(); got != "950 of 1000 images, 5 images/s, 10s left" {
		t.Errorf("after 50 images in 10 s: %q", got)
	}
}

// TestProgressOfUnknownTotal says neither how much there is nor how much is left.
func TestProgressOfUnknownTotal(t *testing.T) {
	p := (&App{Quiet: true, err: (&line{}).terminal(new(bytes.Buffer))}).Progress(-1, "bytes")
	p.Add(5)
	p.started = time.Now().Add(-time.Second)
	if got := p.String(); !strings.HasPrefix(got, "5 bytes, ") || !strings.HasSuffix(got, " bytes/s") {
		t.Errorf("%q", got)
	}
}

// TestUsageErrorsAreSeenThrough: advice looks for the types of libraries in them.
func TestUsageErrorsAreSeenThrough(t *testing.T) {
	if !errors.Is(Usagef("w: %w", context.Canceled), context.Canceled) {
		t.Error("what a usage error wraps is not found in it")
	}
}
