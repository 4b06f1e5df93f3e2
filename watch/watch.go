// Package watch is a page that shows a training run while it goes on: its curves, and
// reconstructions and samples by epoch, read from the model directory that package train
// writes. It changes nothing there.
package watch

import (
	"embed"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"

	"govae/internal/infile"
	"govae/internal/page"
	"govae/models"
	"govae/train"
)

//go:embed site
var site embed.FS

// Handler answers requests for the page of the model directory dir, which need not be there yet.
func Handler(dir string) http.Handler {
	mux := http.NewServeMux()
	own, shared := http.FileServerFS(page.Sub(site, "site")), http.FileServerFS(page.Shared())
	mux.Handle("GET /", own)
	for _, name := range []string{"page.css", "page.js", "icon.svg"} {
		mux.Handle("GET /"+name, shared)
	}
	mux.HandleFunc("GET /metrics.jsonl", func(w http.ResponseWriter, r *http.Request) {
		serveFile(w, r, filepath.Join(dir, train.MetricsFile))
	})
	mux.HandleFunc("GET /run.json", func(w http.ResponseWriter, r *http.Request) { serveRun(w, dir) })
	mux.HandleFunc("GET /pictures/{name}", func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		switch {
		case name == train.SamplesPicture || name == train.ReconstructionsPicture:
			serveFile(w, r, filepath.Join(dir, name))
		case train.IsEpochPicture(name):
			serveFile(w, r, filepath.Join(dir, train.EpochsFolder, name))
		default:
			http.NotFound(w, r)
		}
	})
	return mux
}

// serveFile answers with a file, or with nothing where it is not there yet, which is no error.
func serveFile(w http.ResponseWriter, r *http.Request, path string) {
	if _, err := os.Stat(path); err != nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.ServeFile(w, r, path)
}

// run is what the page tells about a run beside its metrics.
type run struct {
	Name     string          `json:"name"`
	Training json.RawMessage `json:"training,omitempty"` // of config.json
	Model    json.RawMessage `json:"model,omitempty"`
}

func serveRun(w http.ResponseWriter, dir string) {
	var r run
	if data, err := infile.Read(filepath.Join(dir, models.ConfigFile), models.MaxConfigFile); err == nil {
		_ = json.Unmarshal(data, &r) // a file that is no JSON tells nothing
	}
	r.Name = filepath.Base(dir)
	if abs, err := filepath.Abs(dir); err == nil {
		r.Name = filepath.Base(abs)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(r)
}
