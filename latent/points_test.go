package latent_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"govae/internal/npy"
	"govae/latent"
)

// array writes a .npy file of float64.
func array(t testing.TB, shape []int, values ...float64) string {
	t.Helper()
	var b bytes.Buffer
	if err := npy.WriteHeader(&b, "<f8", shape...); err != nil {
		t.Fatal(err)
	}
	if err := binary.Write(&b, binary.LittleEndian, values); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "points.npy")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPoints(t *testing.T) {
	for _, shape := range [][]int{{3, 2}, {1, 3, 2}} {
		p, err := latent.OpenPoints(array(t, shape, 1, 2, 3, 4, 5, 6), 2)
		if err != nil || p.N != 3 || p.L != 2 {
			t.Fatalf("%v: %+v, error %v", shape, p, err)
		}
		if all, err := latent.ReadPoints(array(t, shape, 1, 2, 3, 4, 5, 6), 2); err != nil || !slices.Equal(slices.Concat(all...), []float32{1, 2, 3, 4, 5, 6}) {
			t.Errorf("%v: all points are %v, error %v", shape, all, err)
		}
		for first, want := range [][]float32{{1, 2, 3, 4, 5, 6}, {3, 4, 5, 6}, {5, 6}, nil} {
			got, err := latent.Collect(p.From(first))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(slices.Concat(got...), want) {
				t.Errorf("%v from %d on: %v, want %v", shape, first, got, want)
			}
		}
	}
}

func TestPointsErrors(t *testing.T) {
	if _, err := latent.OpenPoints("missing.npy", 2); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want %v", err, fs.ErrNotExist)
	}
	cut := array(t, []int{2, 2}, 1, 2, 3)
	for name, tt := range map[string]struct{ path, want string }{
		"missing":         {"missing.npy", "missing.npy: no such file"},
		"another L":       {array(t, []int{2, 3}, 1, 2, 3, 4, 5, 6), "has the shape [2 3], but the model takes latent points [n 2]"},
		"one dimension":   {array(t, []int{2}, 1, 2), "has the shape [2]"},
		"nothing":         {array(t, []int{0, 2}), "nothing"},
		"NaN":             {array(t, []int{2, 2}, 1, 2, math.NaN(), 4), "the value at index [1 0] is NaN; latent points must be finite"},
		"infinite":        {array(t, []int{1, 2}, 1, math.Inf(-1)), "index [0 1] is -Inf"},
		"beyond a float":  {array(t, []int{1, 2}, 1e300, 0), "index [0 0] is 1e+300"},
		"cut off":         {cut, "cut off after value 3"},
		"no array at all": {"points_test.go", "no .npy file"},
	} {
		p, err := latent.OpenPoints(tt.path, 2)
		if err == nil {
			for _, err = range p.From(0) {
				if err != nil {
					break
				}
			}
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), tt.path+": ") {
			t.Errorf("%s: error %v, want one with %q", name, err, tt.want)
		}
	}
}
