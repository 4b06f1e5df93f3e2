// Package cmd_test runs the three real commands as a user would.
package cmd_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"govae/engine/enginetest"
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

// TestSources looks at what the commands are built of, for go test to notice when it changes: it
// knows nothing of a build that a test does, and would take results from its cache.
func TestSources(t *testing.T) {
	sources := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != "..":
			return fs.SkipDir
		case slices.Contains([]string{".go", ".s", ".js", ".html", ".css"}, filepath.Ext(path)):
			sources++
			_, err = os.Stat(path)
		}
		return err
	})
	if err != nil || sources == 0 {
		t.Errorf("%d sources, %v", sources, err)
	}
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
			e.Setenv("CASES_DIR", os.Getenv("CASES_DIR"))
			for _, name := range []string{"ONNXRUNTIME_SHARED_LIBRARY_PATH", "VIRTUAL_ENV"} {
				e.Setenv(name, os.Getenv(name))
			}
			// Runs of older versions, for the script guard.
			stored := filepath.Join("..", "train", "testdata", "stored")
			for name, path := range map[string]string{"2": "2/plain", "3": "3/validation"} {
				if err := os.CopyFS(filepath.Join(e.WorkDir, name), os.DirFS(filepath.Join(stored, path))); err != nil {
					return err
				}
			}
			images, err := os.ReadFile(filepath.Join(stored, "images.npy"))
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "images.npy"), images, 0o644)
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "root": // whom no permission stops
				return os.Geteuid() == 0, nil
			case "cases": // pictures that others' loaders stumbled over
				return os.Getenv("CASES_DIR") != "", nil
			case "full": // a device that is always full
				return runtime.GOOS == "linux", nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}

// TestStopped stops a run in its second epoch, resumes it with another number of
// threads, and compares the weights with those of a run that nobody disturbed.
func TestStopped(t *testing.T) {
	dir := t.TempDir()
	command := func(out string, args ...string) *exec.Cmd {
		args = append([]string{"--quiet", "--limit", "4000", "--epochs", "2", "--seed", "5", "--arch", "mlp", "--hidden", "200", "--out", filepath.Join(dir, out)}, args...)
		return exec.CommandContext(t.Context(), filepath.Join(bin, "vae-train"), args...)
	}
	run := func(out string, args ...string) string {
		t.Helper()
		if out, err := command(out, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		weights, err := os.ReadFile(filepath.Join(dir, out, "model.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		return string(weights)
	}
	want := run("whole", "--threads", "1")

	for _, tt := range []struct {
		name   string
		signal os.Signal
		code   int
		stderr string
	}{
		{"kill", os.Kill, -1, ""},
		{"interrupt", os.Interrupt, 130, "vae-train: stopped in epoch 2 of 2: interrupted; --resume goes on, and vae-export takes the model as it stands\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := command(tt.name, "--threads", "2")
			var stderr strings.Builder
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			metrics := filepath.Join(dir, tt.name, "metrics.jsonl")
			for start := time.Now(); ; time.Sleep(time.Millisecond) {
				if data, err := os.ReadFile(metrics); err == nil && len(data) > 0 {
					break // the first epoch is complete
				}
				if time.Since(start) > time.Minute {
					t.Fatal("no epoch within a minute")
				}
			}
			if err := cmd.Process.Signal(tt.signal); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Wait(); err == nil {
				t.Fatal("the run ended before it could be stopped")
			}
			if code := cmd.ProcessState.ExitCode(); code != tt.code || stderr.String() != tt.stderr {
				t.Errorf("exit code %d, stderr %q; want %d, %q", code, stderr.String(), tt.code, tt.stderr)
			}
			if got := run(tt.name, "--threads", "2", "--resume"); got != want {
				t.Error("the resumed run has other weights")
			}
			if data, _ := os.ReadFile(metrics); strings.Count(string(data), "\n") != 2 {
				t.Errorf("metrics after the resumed run:\n%s", data)
			}
		})
	}
}
