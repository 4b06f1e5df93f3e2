package explore

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheck: a folder that holds something else is left alone, a page is replaced.
func TestCheck(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "a", "missing")
	if err := errors.Join(Check(dir), Check(missing)); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if e, ok := errors.AsType[*FolderError](Check(dir)); !ok || e.Name != "thesis.txt" {
		t.Errorf("error %v", e)
	}
	if err := Check(filepath.Join(dir, "thesis.txt")); err == nil {
		t.Error("a file is taken for a folder")
	}
	for text, foreign := range map[string]string{"{}": DescriptionFile, "no page": DescriptionFile, `{"files":["index.html"]}`: "thesis.txt", `{"files":["thesis.txt"]}`: ""} {
		if err := os.WriteFile(filepath.Join(dir, DescriptionFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		e, refused := errors.AsType[*FolderError](Check(dir))
		if refused != (foreign != "") || refused && e.Name != foreign {
			t.Errorf("%s: error %v, want one of %q", text, e, foreign)
		}
	}
}

// TestFiles: what lies within a page's own folders is no part of it, either.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "model"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{DescriptionFile: `{"files":["model/decoder.onnx"]}`, "model/decoder.onnx": "", "model/mine.txt": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if e, ok := errors.AsType[*FolderError](Check(dir)); !ok || e.Name != "model/mine.txt" {
		t.Errorf("error %v", e)
	}
}

// TestSwap: the new folder takes the old one's place.
func TestSwap(t *testing.T) {
	dir := t.TempDir()
	old, part := filepath.Join(dir, "page"), filepath.Join(dir, "part")
	for path, name := range map[string]string{old: "old", part: "new"} {
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(path, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := swap(part, old); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v are left", entries, err)
	}
	if _, err := os.Stat(filepath.Join(old, "new")); err != nil {
		t.Error(err)
	}
}

// TestRuntimeRefuses: only the known package is unpacked, and nothing is left of another.
func TestRuntimeRefuses(t *testing.T) {
	cache := t.TempDir()
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, cache)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := errors.Join(w.WriteHeader(&tar.Header{Name: "package/dist/ort.wasm.min.mjs", Mode: 0o644}), w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "other.tgz")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]string{path: "its ort-wasm-simd-threaded.asyncify.mjs is missing, or is not the one that is known", filepath.Join(cache, "missing.tgz"): "no such file"} {
		_, err := Runtime(t.Context(), from, nil)
		if e, ok := errors.AsType[*RuntimeError](err); !ok || e.From != from || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	var left []string
	filepath.WalkDir(cache, func(path string, d os.DirEntry, err error) error {
		if !d.IsDir() {
			left = append(left, path)
		}
		return err
	})
	if left != nil {
		t.Errorf("%v is left", left)
	}
}
