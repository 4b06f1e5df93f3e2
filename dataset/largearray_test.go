package dataset

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestLargeArray maps an array from the cache, whatever the order of its channels, and
// leaves those alone that are small, damaged or of other numbers.
func TestLargeArray(t *testing.T) {
	dir := cacheHome(t)
	var elements []float64
	for i := range 5 * 3 * 7 * 6 {
		elements = append(elements, float64(i*7%256))
	}
	files := map[string][]byte{
		"last.npy":   npyBytes("|u1", "(5, 7, 6, 3)", elements...),
		"first.npy":  npyBytes("|u1", "(5, 3, 7, 6)", elements...),
		"cut.npy":    npyBytes("|u1", "(5, 7, 6, 3)", elements[1:]...),
		"longer.npy": npyBytes("|u1", "(5, 7, 6, 3)", append(elements, 0)...),
		"floats.npy": npyBytes("<f4", "(5, 7, 6, 3)", make([]float64, len(elements))...),
		"images.npy": npyBytes("|u1", "(5, 7, 6, 4)", elements...),
		"text.npy":   []byte("hello"),
		"wraps.npy":  npyBytes("|u1", "(1152921504606847016, 4, 4)", make([]float64, 40*16)...), // 2^60+40 images
	}
	folder := writeFiles(t, files)
	for name, data := range files {
		for _, o := range []Options{{NoCache: true}, {}, {}} {
			f := npyFile{filepath.Join(folder, name), o}
			got, ok, err := f.loadLarge(t.Context(), len(elements))
			if wanted := name == "last.npy" || name == "first.npy"; err != nil || ok != wanted {
				t.Fatalf("%s: large: %v, error %v; want %v", name, ok, err, wanted)
			}
			if want, err := readNPY(bytes.NewReader(data)); ok && (err != nil || !got.Equal(want)) {
				t.Errorf("%s: other images", name)
			}
			if _, ok, err := f.loadLarge(t.Context(), len(elements)+1); ok || err != nil {
				t.Errorf("%s: a small array is large, or error %v", name, err)
			}
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("the cache holds %v (%v), want two files", entries, err)
	}
}
