package explore

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFetch takes the files from a server where there is no npm, and none that are others.
func TestFetch(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	known := runtimeFiles
	defer func() { runtimeFiles = known }()
	runtimeFiles = map[string]string{ // SHA-256 of "abc", FIPS 180-4's example, twice
		"a.mjs":  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"b.wasm": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	}
	content := map[string]string{"/a.mjs": "abc", "/b.wasm": "abcd"}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, ok := content[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Write([]byte(text))
	}))
	defer server.Close()

	folder := t.TempDir()
	dir := filepath.Join(folder, "1")
	fails := func(ctx context.Context, want string) {
		t.Helper()
		if err := fetch(ctx, dir, server.URL+"/"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("%v are left, error %v", left, err)
		}
	}
	fails(t.Context(), "npm: there is none in PATH; its b.wasm is missing, or is not the one that is known")
	delete(content, "/b.wasm")
	fails(t.Context(), "answers 404 Not Found")
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	fails(stopped, "")

	content["/b.wasm"] = "abc"
	if err := fetch(t.Context(), dir, server.URL+"/"); err != nil || !complete(dir) {
		t.Errorf("error %v, want all files", err)
	}
}
