// Package cmd_test runs the three real commands as a user would.
package cmd_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"govae/internal/enginetest"
)

// bin is where TestMain builds the commands.
var bin string

func TestMain(m *testing.M) { os.Exit(build(m)) }

func build(m *testing.M) int {
	var err error
	if bin, err = os.MkdirTemp("", "govae"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(bin)
	out, err := exec.Command("go", "build", "-o", bin+string(filepath.Separator), "./...").CombinedOutput()
	if err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

func TestScripts(t *testing.T) {
	enginetest.ONNXRuntime(t)
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
			e.Setenv("XDG_CACHE_HOME", cache) // where ONNX Runtime is
			e.Setenv("MNIST_DIR", os.Getenv("MNIST_DIR"))
			for _, name := range []string{"ONNXRUNTIME_SHARED_LIBRARY_PATH", "VIRTUAL_ENV"} {
				e.Setenv(name, os.Getenv(name))
			}
			return nil
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "root": // whom no permission stops
				return os.Geteuid() == 0, nil
			case "full": // a device that is always full
				return runtime.GOOS == "linux", nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}

// TestKilled kills a run without warning in its second epoch, resumes it with
// another number of threads, and compares the weights with those of a run that
// nobody disturbed.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	command := func(ctx context.Context, out string, args ...string) *exec.Cmd {
		args = append([]string{"--quiet", "--limit", "1500", "--epochs", "2", "--seed", "5", "--arch", "mlp", "--hidden", "60", "--out", filepath.Join(dir, out)}, args...)
		return exec.CommandContext(ctx, filepath.Join(bin, "vae-train"), args...)
	}
	run := func(out string, args ...string) []byte {
		t.Helper()
		if out, err := command(t.Context(), out, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		weights, err := os.ReadFile(filepath.Join(dir, out, "model.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		return weights
	}
	want := run("whole", "--threads", "1")

	ctx, kill := context.WithCancel(t.Context()) // CommandContext kills with SIGKILL
	cmd := command(ctx, "killed", "--threads", "2")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	metrics := filepath.Join(dir, "killed", "metrics.jsonl")
	for start := time.Now(); ; time.Sleep(time.Millisecond) {
		if data, err := os.ReadFile(metrics); err == nil && len(data) > 0 {
			break // the first epoch is complete
		}
		if time.Since(start) > time.Minute {
			t.Fatal("no epoch within a minute")
		}
	}
	kill()
	if err := cmd.Wait(); err == nil {
		t.Fatal("the run ended before it could be killed")
	}
	if got := run("killed", "--threads", "2", "--resume"); string(got) != string(want) {
		t.Error("the resumed run has other weights")
	}
	if data, _ := os.ReadFile(metrics); strings.Count(string(data), "\n") != 2 {
		t.Errorf("metrics after the resumed run:\n%s", data)
	}
}
