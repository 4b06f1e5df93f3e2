//go:build linux

package infer

import (
	"archive/zip"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakePip puts a python3 first in PATH that stands for "python3 -m pip download":
// it runs the shell commands with $wheel set to the wheel and $dest to the folder
// that is asked for.
func fakePip(t *testing.T, wheel, commands string) {
	t.Helper()
	dir := t.TempDir()
	script := `#!/bin/sh
echo "$@" >> "` + dir + `/calls"
wheel="` + wheel + `"
while [ $# -gt 0 ]; do
  [ "$1" = --dest ] && dest=$2
  shift
done
` + commands + "\n"
	if err := os.WriteFile(filepath.Join(dir, "python3"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	t.Cleanup(func() {
		calls, _ := os.ReadFile(filepath.Join(dir, "calls"))
		for call := range strings.Lines(string(calls)) {
			for _, want := range []string{"-m pip download", "--no-deps", "--only-binary=:all:", "--platform test_platform", "onnxruntime==" + InstallVersion} {
				if !strings.Contains(call, want) {
					t.Errorf("pip is called as %q, without %q", call, want)
				}
			}
		}
	})
}

// makeWheel writes a zip file with the entries and returns it as the wheel to fetch.
func makeWheel(t *testing.T, entries map[string][]byte) (path string, w wheel) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "onnxruntime-"+InstallVersion+"-test.whl")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for name, data := range entries {
		e, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	sum, err := fileSHA256(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, wheel{"test_platform", sum}
}

func TestInstall(t *testing.T) {
	home := bareMachine(t)
	t.Setenv("TMPDIR", t.TempDir())
	built := filepath.Join(home, "built.so")
	buildLibrary(t, built, entrySymbol, InstallVersion)
	data, err := os.ReadFile(built)
	if err != nil {
		t.Fatal(err)
	}
	name := "libonnxruntime.so." + InstallVersion
	want := filepath.Join(home, ".cache", "govae", "onnxruntime", InstallVersion, name)
	path, w := makeWheel(t, map[string][]byte{
		"onnxruntime/capi/" + name:                            data,
		"onnxruntime/capi/onnxruntime_pybind11_state.so":      []byte("not this"),
		"elsewhere/" + name:                                   []byte("nor this"),
		"../../onnxruntime/capi/libonnxruntime.so.9.9.9":      []byte("nor that"),
		"onnxruntime/capi/../../../../libonnxruntime.so.9.9.": []byte("nor that"),
	})

	fakePip(t, path, `cp "$wheel" "$dest"`)
	library, err := w.install(context.Background())
	if err != nil || library.Path != want || library.Version != InstallVersion {
		t.Fatalf("installed %+v, %v; want %s", library, err, want)
	}
	if found, _, err := FindLibrary(""); err != nil || found != library {
		t.Errorf("FindLibrary gives %+v, %v", found, err)
	}

	fakePip(t, path, `exit 1`) // must not be called any more
	if again, err := w.install(context.Background()); err != nil || again != library {
		t.Errorf("second install: %+v, %v", again, err)
	}
	if installed, ok := Installed(); !ok || installed != library {
		t.Errorf("Installed gives %+v, %t", installed, ok)
	}

	// A damaged one is replaced.
	write(t, want, "damaged")
	fakePip(t, path, `cp "$wheel" "$dest"`)
	if again, err := w.install(context.Background()); err != nil || again != library {
		t.Errorf("after damage: %+v, %v", again, err)
	}
	noRemains(t, home, want)
}

func TestInstallFailures(t *testing.T) {
	good := map[string][]byte{"onnxruntime/capi/libonnxruntime.so." + InstallVersion: []byte("garbage")}
	for _, tt := range []struct {
		name, commands string
		entries        map[string][]byte
		want           string
	}{
		{"pip fails", "echo first; echo 'ERROR: No matching distribution found' >&2; exit 1", good, "No matching distribution found); check the network"},
		{"pip is silent", "exit 3", good, "exit status 3"},
		{"pip leaves nothing", "exit 0", good, "left 0 packages"},
		{"another file", `cp "$wheel" "$dest"; for f in "$dest"/*.whl; do echo x >> "$f"; done`, good, "not the official package"},
		{"no library inside", `cp "$wheel" "$dest"`, map[string][]byte{"onnxruntime/README": nil}, "holds no libonnxruntime.so*"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home := bareMachine(t)
			t.Setenv("TMPDIR", t.TempDir())
			path, w := makeWheel(t, tt.entries)
			fakePip(t, path, tt.commands)
			_, err := w.install(context.Background())
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one line with %q", err, tt.want)
			}
			noRemains(t, home, "")
		})
	}

	t.Run("no python", func(t *testing.T) {
		bareMachine(t)
		t.Setenv("PATH", t.TempDir())
		if _, err := (wheel{}).install(context.Background()); err == nil || !strings.Contains(err.Error(), "needs python3 with pip") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		home := bareMachine(t)
		path, w := makeWheel(t, good)
		fakePip(t, path, "exec sleep 60")
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := w.install(ctx); err != context.Canceled {
			t.Errorf("error %v, want %v", err, context.Canceled)
		}
		noRemains(t, home, "")
	})
}

// noRemains checks that no file but the one wanted lies in the cache, and no
// temporary one in TMPDIR.
func noRemains(t *testing.T, home, want string) {
	t.Helper()
	for _, dir := range []string{filepath.Join(home, ".cache"), os.Getenv("TMPDIR")} {
		filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() && path != want {
				t.Errorf("%s is left behind", path)
			}
			return nil
		})
	}
}
