package dataset

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// miniature returns an archive of a few images and its files by name.
func miniature(t *testing.T, mirrors ...string) (archive, map[string][]byte) {
	t.Helper()
	files := map[string][]byte{}
	file := func(name string, dims ...int) archiveFile {
		content := idxBytes(dims...)
		files[name] = gzipped(content)
		return archiveFile{name, fmt.Sprintf("%x", sha256.Sum256(content))}
	}
	return archive{
		name:        "mini",
		mirrors:     mirrors,
		trainImages: file("train.gz", 4, 50, 50),
		trainLabels: file("train-labels.gz", 4),
		testImages:  file("test.gz", 2, 50, 50),
		testLabels:  file("test-labels.gz", 2),
		cache:       filepath.Join(t.TempDir(), "new", "cache"),
	}, files
}

// mirror serves files as change says, and counts the requests.
func mirror(t *testing.T, files map[string][]byte, requests *int, change func(w http.ResponseWriter, data []byte)) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*requests++
		change(w, files[strings.TrimPrefix(r.URL.Path, "/data/")])
	}))
	t.Cleanup(server.Close)
	return server.URL + "/data/"
}

func serve(w http.ResponseWriter, data []byte) {
	w.Header().Set("Content-Length", fmt.Sprint(len(data)))
	w.Write(data)
}

func checkMiniature(t *testing.T, a archive) {
	t.Helper()
	d, err := a.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.Len() != 4 || d.Test.Len() != 2 || !slices.Equal(d.Test.Labels, []int{0, 1}) || len(d.Classes) != 4 {
		t.Errorf("loaded %d and %d images", d.Train.Len(), d.Test.Len())
	}
}

func TestDownloadOnce(t *testing.T) {
	a, files := miniature(t)
	requests := 0
	a.mirrors = []string{mirror(t, files, &requests, serve)}
	var done, total int64
	a.Progress = func(d, t int64) { done, total = d, t }
	checkMiniature(t, a)
	if want := int64(len(files["test-labels.gz"])); done != want || total != want {
		t.Errorf("progress ends with %d of %d bytes, want %d", done, total, want)
	}
	checkMiniature(t, a)
	if requests != 4 {
		t.Errorf("%d requests, want 4: one for each file", requests)
	}

	// A damaged file of the cache is fetched again, as is a missing one.
	if err := os.WriteFile(filepath.Join(a.cache, "train.gz"), gzipped(idxBytes(4, 50, 51)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(a.cache, "test.gz")); err != nil {
		t.Fatal(err)
	}
	checkMiniature(t, a)
	if requests != 6 {
		t.Errorf("%d requests, want 6", requests)
	}
	entries, err := os.ReadDir(a.cache)
	if err != nil || len(entries) != 4 {
		t.Errorf("%d files in the cache, want 4 (%v)", len(entries), err)
	}
}

func TestNextMirror(t *testing.T) {
	for name, bad := range map[string]func(w http.ResponseWriter, data []byte){
		"not found": func(w http.ResponseWriter, data []byte) { w.WriteHeader(http.StatusNotFound) },
		"a page":    func(w http.ResponseWriter, data []byte) { w.Write([]byte("<html>please log in</html>")) },
		"cut": func(w http.ResponseWriter, data []byte) {
			w.Header().Set("Content-Length", fmt.Sprint(len(data)))
			w.Write(data[:len(data)/2])
		},
		"cut at the source": func(w http.ResponseWriter, data []byte) { serve(w, data[:len(data)/2]) },
		"flipped": func(w http.ResponseWriter, data []byte) {
			data = slices.Clone(data)
			data[len(data)/2] ^= 64
			serve(w, data)
		},
		"other data": func(w http.ResponseWriter, data []byte) { serve(w, idxBytes(9, 5, 5)) },
	} {
		t.Run(name, func(t *testing.T) {
			a, files := miniature(t)
			first, second := 0, 0
			a.mirrors = []string{
				mirror(t, files, &first, bad),
				mirror(t, files, &second, serve),
			}
			checkMiniature(t, a)
			if first != 4 || second != 4 {
				t.Errorf("%d and %d requests, want 4 and 4", first, second)
			}

			a.mirrors, a.cache = a.mirrors[:1], filepath.Join(t.TempDir(), "cache")
			_, err := a.Load(context.Background())
			wantError(t, err, "mini: cannot download train.gz", a.mirrors[0], "put them in a folder")
			if _, err := os.Stat(a.cache); err == nil {
				t.Error("a bad file went to the cache")
			}
		})
	}
}

func TestUncompressedMirror(t *testing.T) {
	a, files := miniature(t)
	for name, dims := range map[string][]int{"train.gz": {4, 50, 50}, "test.gz": {2, 50, 50}} {
		files[name] = idxBytes(dims...)
	}
	requests := 0
	a.mirrors = []string{mirror(t, files, &requests, serve)}
	checkMiniature(t, a)
	checkMiniature(t, a)
	if requests != 4 {
		t.Errorf("%d requests, want 4", requests)
	}
}

func TestNoNetwork(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close() // nobody listens there now
	a, _ := miniature(t, server.URL+"/")
	_, err := a.Load(context.Background())
	wantError(t, err, "mini: cannot download train.gz", server.URL, "refused", "put them in a folder")
}

func TestDownloadCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	a, files := miniature(t)
	requests := 0
	a.mirrors = []string{mirror(t, files, &requests, func(w http.ResponseWriter, data []byte) { cancel(); serve(w, data[:1]) })}
	if _, err := a.Load(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestUnwritableCache(t *testing.T) {
	a, files := miniature(t)
	requests := 0
	a.mirrors = []string{mirror(t, files, &requests, serve)}
	a.cache = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(a.cache, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := a.Load(context.Background())
	wantError(t, err, "mini: ", a.cache)
}

// The table has the sums of the real files.
func TestMNISTSums(t *testing.T) {
	folder := os.Getenv("MNIST_DIR")
	if folder == "" {
		t.Skip("MNIST_DIR, the folder of the MNIST files, is not set")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	s, err := newMNIST(Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := s.(archive)
	a.cache, a.mirrors = folder, nil
	d, err := a.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.Len() != 60_000 || d.Test.Len() != 10_000 || d.Name != "mnist" {
		t.Errorf("%s: %d and %d images", d.Name, d.Train.Len(), d.Test.Len())
	}
}
