package watch

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestHandler(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "digits")
	h := Handler(dir)
	get := func(path string) (code int, body string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w.Code, w.Body.String()
	}
	for _, path := range []string{"/", "/watch.js", "/watch.css", "/page.css", "/page.js", "/icon.svg"} {
		if code, body := get(path); code != 200 || body == "" {
			t.Errorf("%s: %d", path, code)
		}
	}
	if code, _ := get("/metrics.jsonl"); code != 204 {
		t.Errorf("metrics of a run that has not begun: %d", code)
	}
	if _, body := get("/run.json"); !strings.Contains(body, `"name":"digits"`) {
		t.Errorf("run.json: %s", body)
	}
	for name, text := range map[string]string{
		"metrics.jsonl": "{}\n", "config.json": `{"training":{"epochs":3}}`, "samples.png": "all", "epochs/0001-samples.png": "first",
		"checkpoint.safetensors": "secret", "epochs/other.png": "secret",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		"/metrics.jsonl": "{}\n", "/pictures/samples.png": "all", "/pictures/0001-samples.png": "first", "/pictures/0002-samples.png": "",
	} {
		if code, body := get(path); body != want || code >= 300 {
			t.Errorf("%s: %d, %q; want %q", path, code, body, want)
		}
	}
	if _, body := get("/run.json"); !strings.Contains(body, `"epochs":3`) {
		t.Errorf("run.json: %s", body)
	}
	for _, path := range []string{"/checkpoint.safetensors", "/pictures/other.png", "/pictures/..%2fcheckpoint.safetensors", "/epochs/0001-samples.png"} {
		if code, _ := get(path); code != 404 {
			t.Errorf("%s: %d, want 404", path, code)
		}
	}
}
