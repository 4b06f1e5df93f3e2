package picture

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govae/images"
)

// TestDrawings writes what the functions for paths write, and compares it with the sheets.
func TestDrawings(t *testing.T) {
	set := &images.Set{Shape: images.Shape{H: 2, W: 1, C: 1}, Pixels: []byte{1, 2, 30, 40, 50, 60}}
	batch := set.Batch()
	for name, tt := range map[string]struct {
		draw func(path string, made Images) error
		want image.Image
	}{
		"below": {Below(set), Pairs(batch, batch, 8)},
		"legs":  {Legs(2), Strip(batch, 2)},
	} {
		path := filepath.Join(t.TempDir(), "x.png")
		if err := tt.draw(path, batch); err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := png.Encode(&want, tt.want); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s: another picture (%v)", name, err)
		}
	}
	want := Group{"odd", set.Select([]int{2, 0}).Batch(), []string{"-3", "-1"}}
	if diff := cmp.Diff(want, Scored("odd", set, []float64{-1.2, -2, -3.4}, []int{2, 0})); diff != "" {
		t.Errorf("scored (-want +got):\n%s", diff)
	}
}
