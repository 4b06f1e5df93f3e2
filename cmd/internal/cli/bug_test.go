package cli

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"govae/internal/parallel"
)

func TestPanic(t *testing.T) {
	for _, tt := range []struct {
		value any
		want  []string // in the report
	}{
		{"boom\nboom", []string{"cli.TestPanic", "panic: boom\nboom\n", `arguments ["--count" "2"`}},
		{&parallel.Panic{Value: "boom\nboom", Stack: []byte("where it was")}, []string{"where it was\n", "cli.TestPanic", "panic: boom\nboom\n"}},
	} {
		t.Setenv("TMPDIR", t.TempDir())
		t.Setenv("TMP", os.Getenv("TMPDIR")) // Windows
		job := func(context.Context, *App, []string) error { panic(tt.value) }

		code, stdout, stderr := run(t, job, "--count", "2")
		line := regexp.MustCompile(`^demo: internal error: boom boom; this is a bug, please report it; the stack is in (.*demo-bug-.*\.txt)\n$`)
		match := line.FindStringSubmatch(stderr)
		if code != 1 || stdout != "" || match == nil {
			t.Fatalf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
		}
		file, err := os.ReadFile(match[1])
		if err != nil {
			t.Fatal(err)
		}
		_, _, debugged := run(t, job, "--count", "2", "--debug")
		if !strings.HasSuffix(debugged, "\ndemo: internal error: boom boom; this is a bug, please report it\n") {
			t.Errorf("--debug ends otherwise: %q", debugged)
		}
		for _, want := range tt.want {
			if !strings.Contains(string(file), want) || !strings.Contains(debugged, want) {
				t.Errorf("no %q in the file\n%s\nor under --debug\n%s", want, file, debugged)
			}
		}

		t.Setenv("TMPDIR", filepath.Join(os.TempDir(), "missing"))
		t.Setenv("TMP", os.Getenv("TMPDIR"))
		if _, _, stderr := run(t, job); stderr != "demo: internal error: boom boom; this is a bug, please report it; --debug shows its stack\n" {
			t.Errorf("without a place for the file: %q", stderr)
		}
	}
}
