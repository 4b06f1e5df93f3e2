package dataset

import (
	"context"
	"crypto/sha256"
	"fmt"
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
	file := func(name string, dims ...int) remoteFile {
		content := idxBytes(dims...)
		files[name] = gzipped(content)
		return remoteFile{name, int64(len(files[name])), fmt.Sprintf("%x", sha256.Sum256(content))}
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

func TestArchive(t *testing.T) {
	a, files := miniature(t)
	m := newMirror(t, files, serve)
	a.mirrors = []string{m.URL()}
	var done, total int64
	a.Progress = func(d, t int64) { done, total = d, t }
	checkMiniature(t, a)
	if want := int64(len(files["test-labels.gz"])); done != want || total != want {
		t.Errorf("progress ends with %d of %d bytes, want %d", done, total, want)
	}
	checkMiniature(t, a)
	if n := m.requests(); n != 4 {
		t.Errorf("%d requests, want 4: one for each file", n)
	}

	// A damaged file of the cache is fetched again, as is a missing one.
	if err := os.WriteFile(filepath.Join(a.cache, "train.gz"), gzipped(idxBytes(4, 50, 51)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(a.cache, "test.gz")); err != nil {
		t.Fatal(err)
	}
	checkMiniature(t, a)
	if n := m.requests(); n != 6 {
		t.Errorf("%d requests, want 6", n)
	}
	// A copy that was compressed anew, or not at all, is as good.
	if err := os.WriteFile(filepath.Join(a.cache, "train.gz"), idxBytes(4, 50, 50), 0o644); err != nil {
		t.Fatal(err)
	}
	checkMiniature(t, a)
	if n := m.requests(); n != 6 {
		t.Errorf("%d requests, want 6", n)
	}
	entries, err := os.ReadDir(a.cache)
	if err != nil || len(entries) != 4 {
		t.Errorf("%d files in the cache, want 4 (%v)", len(entries), err)
	}
}

// TestSumOfThePackedFile takes sums as those of Fashion-MNIST are.
func TestSumOfThePackedFile(t *testing.T) {
	a, files := miniature(t)
	for _, f := range []*remoteFile{&a.trainImages, &a.trainLabels, &a.testImages, &a.testLabels} {
		f.sha256 = fmt.Sprintf("%x", sha256.Sum256(files[f.name]))
	}
	a.classes = []string{"a", "b", "c", "d"}
	a.mirrors = []string{newMirror(t, files, serve).URL()}
	checkMiniature(t, a)
}

func TestUnwritableCache(t *testing.T) {
	a, files := miniature(t)
	a.mirrors = []string{newMirror(t, files, serve).URL()}
	a.cache = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(a.cache, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := a.Load(context.Background())
	wantError(t, err, "mini: ", a.cache)
}

func TestNamed(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	if got := strings.Join(names(), " "); got != "digits mnist fashion-mnist kmnist" {
		t.Errorf("the named sources are %s", got)
	}
	for _, s := range Named() {
		if _, err := Open(s.Name, Options{}); err != nil || s.About == "" || strings.Contains(s.About, "\n") {
			t.Errorf("%+v: error %v", s, err)
		}
	}
	for _, a := range archives {
		for _, f := range []remoteFile{a.trainImages, a.trainLabels, a.testImages, a.testLabels} {
			if len(f.sha256) != 64 || f.size < 1000 || !strings.HasSuffix(f.name, ".gz") {
				t.Errorf("%s: %+v", a.name, f)
			}
		}
		for _, class := range a.classes {
			if class != filepath.Base(class) {
				t.Errorf("%s: the class %s cannot be a folder's name", a.name, class)
			}
		}
		for _, m := range a.mirrors {
			if !strings.HasPrefix(m, "http") || !strings.HasSuffix(m, "/") {
				t.Errorf("%s: mirror %s", a.name, m)
			}
		}
	}
}

// The table has the sums of the real files.
func TestMNISTSums(t *testing.T) {
	folder := os.Getenv("MNIST_DIR")
	if folder == "" {
		t.Skip("MNIST_DIR, the folder of the MNIST files, is not set")
	}
	a := archives[0]
	a.cache, a.mirrors = folder, nil
	d, err := a.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.Len() != 60_000 || d.Test.Len() != 10_000 || d.Name != "mnist" {
		t.Errorf("%s: %d and %d images", d.Name, d.Train.Len(), d.Test.Len())
	}
}
