//go:build linux

package onnxruntime

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// buildLibrary compiles a shared library that has the symbol, versioned like
// ONNX Runtime's official builds, and nothing else.
func buildLibrary(t *testing.T, path, symbol, version string) {
	t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("needs a C compiler")
	}
	dir := t.TempDir()
	source, script := filepath.Join(dir, "x.c"), filepath.Join(dir, "x.map")
	write(t, source, "void *"+symbol+"(void) { return 0; }\n")
	write(t, script, "VERS_"+version+" { global: "+symbol+"; local: *; };\n")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(cc, "-shared", "-fPIC", "-nostdlib", "-Wl,--version-script="+script, "-o", path, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// bareMachine hides every library there may be on this machine but those in system folders.
func bareMachine(t *testing.T) (home string) {
	home = t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, ".cache"))
	t.Setenv("VIRTUAL_ENV", "")
	t.Setenv("CONDA_PREFIX", "")
	t.Setenv(Variable, "")
	return home
}

func TestInspect(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.so")
	buildLibrary(t, good, entrySymbol, "1.31.1")
	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	foreign := append([]byte(nil), data...)
	machine, name := uint16(183), "arm64" // EM_AARCH64, at byte 18 of an ELF header
	if runtime.GOARCH == "arm64" {
		machine, name = 62, "amd64"
	}
	binary.LittleEndian.PutUint16(foreign[18:], machine)

	old, other := filepath.Join(dir, "libonnxruntime.so"), filepath.Join(dir, "other.so")
	buildLibrary(t, old, entrySymbol, "1.20.1")
	buildLibrary(t, other, "hello", "1.31.1")
	at := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		write(t, path, string(data))
		return path
	}
	for _, tt := range []struct{ path, want string }{
		{good, ""},
		{old, "ONNX Runtime 1.20.1, but 1.24 or newer is needed"},
		{other, "not ONNX Runtime: it has no function OrtGetApiBase"},
		{at("garbage.so", []byte("garbage")), "not a whole shared library for linux"},
		{at("empty.so", nil), "not a whole shared library for linux"},
		{at("cut.so", data[:len(data)/2]), "not a whole shared library for linux"},
		{at("head.so", data[:100]), "not a whole shared library for linux"},
		{at("foreign.so", foreign), "built for " + name + ", but this program runs on " + runtime.GOARCH},
		{filepath.Join(dir, "missing.so"), "no such file"},
		{dir, "not a file"},
	} {
		library, err := inspect(tt.path)
		switch {
		case tt.want == "" && (err != nil || library.Version != "1.31.1" || library.Path != tt.path):
			t.Errorf("%s: %+v, %v", tt.path, library, err)
		case tt.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.path+": ") || !strings.Contains(err.Error(), tt.want) ||
			strings.Contains(err.Error(), "\n")):
			t.Errorf("%s: error %v, want one line with the path and %q", tt.path, err, tt.want)
		}
	}
}

// TestCutLibrary cuts a library at many lengths: none may pass, as loading it
// could end the process.
func TestCutLibrary(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.so")
	buildLibrary(t, path, entrySymbol, "1.31.1")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(data); n += 97 {
		write(t, path, string(data[:n]))
		if _, err := inspect(path); err == nil {
			t.Errorf("a library of %d bytes passes when cut to %d", len(data), n)
		}
	}
}

func TestFindOrder(t *testing.T) {
	home := bareMachine(t)
	cache := filepath.Join(home, ".cache", "govae", "onnxruntime")
	python := filepath.Join(home, ".pyenv", "versions", "3.12.1", "lib", "python3.12", "site-packages", "onnxruntime", "capi")

	// Each step adds a library that goes before those there are.
	steps := []struct{ place, path, version string }{
		{"Python package", filepath.Join(python, "libonnxruntime.so.1.25.0"), "1.25.0"},
		{"Python package", filepath.Join(python, "libonnxruntime.so.1.30.0"), "1.30.0"},
		{"user cache", filepath.Join(cache, "1.24.1", "libonnxruntime.so.1.24.1"), "1.24.1"},
		{"user cache", filepath.Join(cache, "1.24.10", "libonnxruntime.so.1.24.10"), "1.24.10"},
		{Variable, filepath.Join(home, "variable.so"), "1.26.0"},
		{placeGiven, filepath.Join(home, "given.so"), "1.27.0"},
	}
	for _, s := range steps {
		buildLibrary(t, s.path, entrySymbol, s.version)
		given := ""
		switch s.place {
		case Variable:
			t.Setenv(Variable, s.path)
		case placeGiven:
			given = s.path
		}
		library, places, err := Find(given)
		if err != nil || library.Path != s.path || library.Version != s.version {
			t.Errorf("after adding %s: found %+v (%v)", s.path, library, err)
			continue
		}
		if last := places[len(places)-1]; last.Name != s.place || last.Library != library {
			t.Errorf("after adding %s: last place searched is %+v, want %s", s.path, last, s.place)
		}
	}
}

func TestFindErrors(t *testing.T) {
	home := bareMachine(t)
	if _, places, err := Find(""); err == nil {
		t.Skip("this machine has a library in a system folder")
	} else if missing, ok := errors.AsType[*NotFoundError](err); !ok || len(missing.Searched) != len(places) || len(places) < 4 {
		t.Errorf("nothing anywhere: %#v after %d places", err, len(places))
	}
	for _, p := range libraryPlaces("") {
		for _, pattern := range p.Patterns {
			if !filepath.IsAbs(pattern) {
				t.Errorf("%s: %s is not absolute", p.Name, pattern)
			}
		}
	}

	// A library that cannot be used is passed over, but told when there is no other.
	old := filepath.Join(home, ".cache", "govae", "onnxruntime", "1.2.3", "libonnxruntime.so.1.2.3")
	buildLibrary(t, old, entrySymbol, "1.2.3")
	if _, _, err := Find(""); err == nil || !strings.Contains(err.Error(), old+": ONNX Runtime 1.2.3") {
		t.Errorf("an old one only: %v", err)
	}
	// Of several, always the first place's first.
	older := filepath.Join(home, ".cache", "govae", "onnxruntime", "0.9.0", "libonnxruntime.so.0.9.0")
	buildLibrary(t, older, entrySymbol, "0.9.0")
	for range 5 {
		_, _, err := Find("")
		if e, ok := errors.AsType[*LibraryError](err); !ok || e.Path != older {
			t.Errorf("two old ones: %v, want the first by name, %s", err, older)
		}
	}
	// One that was asked for is not passed over.
	python := filepath.Join(home, ".local", "lib", "python3.11", "site-packages", "onnxruntime", "capi", "libonnxruntime.so.1.30.0")
	buildLibrary(t, python, entrySymbol, "1.30.0")
	if library, _, err := Find(""); err != nil || library.Path != python {
		t.Errorf("an old and a new one: %+v, %v", library, err)
	}
	if _, _, err := Find(old); err == nil || !strings.HasPrefix(err.Error(), "library given: "+old) {
		t.Errorf("an old one given: %v", err)
	}
	t.Setenv(Variable, filepath.Join(home, "missing.so"))
	if _, _, err := Find(""); err == nil || !strings.Contains(err.Error(), "missing.so: no such file") || !strings.HasPrefix(err.Error(), Variable) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the variable names a missing one: %v", err)
	}
}

func TestVersions(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"1.24", "1.24.0", 0}, {"1.9", "1.24", -1}, {"1.31.1", "1.24", 1}, {"2", "1.31", 1}, {"", "1.24", -1}} {
		if got := compareVersions(tt.a, tt.b); got != tt.want {
			t.Errorf("compareVersions(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
	for name, want := range map[string]string{
		"libonnxruntime.so.1.24.1": "1.24.1", "libonnxruntime.1.31.1.dylib": "1.31.1", "libonnxruntime.so.1": "", "libonnxruntime.so": "", "onnxruntime.dll": "",
	} {
		if got := versionIn(name); got != want {
			t.Errorf("version in %s is %q, want %q", name, got, want)
		}
	}
}
