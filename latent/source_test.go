package latent

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govae/internal/npy"
)

// TestSource draws from each kind of source in one piece and from its second point on.
func TestSource(t *testing.T) {
	mixture, points := filepath.Join(t.TempDir(), "m.json"), filepath.Join(t.TempDir(), "p.npy")
	if err := two().WriteFile(mixture); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(points)
	if err != nil {
		t.Fatal(err)
	}
	if err := npy.WriteHeader(f, "<f4", 3, 2); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(make([]byte, 3*2*4)); err != nil {
		t.Fatal(err)
	}
	f.Close()
	open := func(path string) Source {
		s, err := OpenSource(path, space(2))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	o := SampleOptions{Seed: 3}
	for name, tt := range map[string]struct {
		source Source
		n      int
		want   Points
	}{
		"prior":   {PriorOf(space(2)), 0, Prior(2, 3, o)},
		"mixture": {open(mixture), 0, two().Points(3, o)},
		"points":  {open(points), 3, Of([]float32{0, 0}, []float32{0, 0}, []float32{0, 0})},
	} {
		want, _ := Collect(tt.want)
		all, err := Collect(tt.source.Points(3, o))
		if diff := cmp.Diff(want, all); err != nil || diff != "" || tt.source.N != tt.n {
			t.Errorf("%s: N %d, error %v, points (-want +got):\n%s", name, tt.source.N, err, diff)
		}
		rest, err := Collect(tt.source.Points(2, SampleOptions{Seed: 3, First: 1}))
		if diff := cmp.Diff(want[1:], rest); err != nil || diff != "" {
			t.Errorf("%s from the second on: error %v, points (-want +got):\n%s", name, err, diff)
		}
	}
	for _, o := range []SampleOptions{{First: 1}, {Temperature: 2}, {First: -1}} {
		if _, err := Collect(open(points).Points(3, o)); !errors.As(err, new(*OptionError)) {
			t.Errorf("%+v of 3 points: error %v", o, err)
		}
	}
	for path, want := range map[string]string{"x.txt": "no source of latent points", "none.npy": "no such file", mixture: "2 latent dimensions"} {
		if _, err := OpenSource(path, space(3)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", path, err, want)
		}
	}
	_, err = OpenSource("none.json", space(2))
	if e, ok := errors.AsType[*FileError](err); !ok || e.Want != "mixture" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing mixture: error %v, want a FileError", err)
	}
}
