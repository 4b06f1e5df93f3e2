package latent_test

import (
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/sbinet/npyio"

	"govae/latent"
)

// someCodes yields n codes [2], without log variances where these are not wanted, and
// after them the error, if any.
func someCodes(n int, logVar bool, err error) iter.Seq2[latent.Code, error] {
	return func(yield func(latent.Code, error) bool) {
		for i := range n {
			code := latent.Code{Mean: []float32{float32(i), -float32(i)}}
			if logVar {
				code.LogVar = []float32{float32(i) / 8, -1}
			}
			if !yield(code, nil) {
				return
			}
		}
		if err != nil {
			yield(latent.Code{}, err)
		}
	}
}

// readNPY reads an array that has the given shape.
func readNPY[T any](t *testing.T, path string, shape ...int) (values []T) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := npyio.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Header.Descr.Shape, shape) {
		t.Errorf("%s: shape %v, want %v", path, r.Header.Descr.Shape, shape)
	}
	if err := r.Read(&values); err != nil {
		t.Fatal(err)
	}
	return values
}

func TestWriteCodes(t *testing.T) {
	dir := t.TempDir()
	f := latent.CodeFiles{Points: filepath.Join(dir, "c.npy"), LogVar: filepath.Join(dir, "v.npy")}
	if err := latent.WriteCodes(f, 3, 2, someCodes(3, true, nil), []int{2, 0, 1}); err != nil {
		t.Fatal(err)
	}
	if got := readNPY[float32](t, f.Points, 3, 2); !slices.Equal(got, []float32{0, 0, 1, -1, 2, -2}) {
		t.Errorf("means %v", got)
	}
	if got := readNPY[float32](t, f.LogVar, 3, 2); !slices.Equal(got, []float32{0, -1, 0.125, -1, 0.25, -1}) {
		t.Errorf("log variances %v", got)
	}
	if got := readNPY[int64](t, filepath.Join(dir, "c.labels.npy"), 3); !slices.Equal(got, []int64{2, 0, 1}) {
		t.Errorf("labels %v", got)
	}

	f = latent.CodeFiles{Points: f.Points, Draws: 4, Seed: 5}
	if err := latent.WriteCodes(f, 2, 2, someCodes(2, true, nil), nil); err != nil {
		t.Fatal(err)
	}
	points, err := latent.Collect(latent.Draws(someCodes(2, true, nil), 4, 5))
	if err != nil {
		t.Fatal(err)
	}
	if got := readNPY[float32](t, f.Points, 2, 4, 2); !slices.Equal(got, slices.Concat(points...)) {
		t.Errorf("draws %v, want %v", got, points)
	}
	if _, err := os.Stat(latent.LabelsBeside(f.Points)); err == nil {
		t.Error("the labels of other images are left")
	}
}

// TestWriteCodesFails leaves the files that were there.
func TestWriteCodesFails(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		codes  iter.Seq2[latent.Code, error]
		labels []int
		want   error // nil for any
	}{
		{someCodes(2, true, broken), nil, broken},
		{someCodes(3, false, nil), nil, latent.ErrNoLogVar},
		{someCodes(2, true, nil), nil, nil},
		{someCodes(4, true, nil), nil, nil},
		{someCodes(3, true, nil), []int{1}, nil},
	} {
		dir := t.TempDir()
		f := latent.CodeFiles{Points: filepath.Join(dir, "c.npy"), LogVar: filepath.Join(dir, "v.npy")}
		files := []string{f.Points, f.LogVar, latent.LabelsBeside(f.Points)}
		for _, file := range files {
			if err := os.WriteFile(file, []byte("old"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		err := latent.WriteCodes(f, 3, 2, tt.codes, tt.labels)
		if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("error %v, want %v", err, tt.want)
		}
		for _, file := range files {
			if got, _ := os.ReadFile(file); string(got) != "old" {
				t.Errorf("%v: %s is now %q", err, filepath.Base(file), got)
			}
		}
	}
}

func TestLabelsBeside(t *testing.T) {
	for points, want := range map[string]string{
		"a/codes.npy": "a/codes.labels.npy", "codes.NPY": "codes.labels.npy", "codes": "codes.labels.npy", "codes.v2": "codes.v2.labels.npy",
	} {
		if got := latent.LabelsBeside(points); got != want {
			t.Errorf("%s: labels in %s, want %s", points, got, want)
		}
	}
}
