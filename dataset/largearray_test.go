package dataset

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestLargeArray maps an array from the cache, whatever the order of its channels.
func TestLargeArray(t *testing.T) {
	dir := cacheHome(t)
	elements := make([]byte, 350*3*256*256) // more than 64 MB
	for i := range elements {
		elements[i] = byte(i ^ i>>8 ^ i>>16)
	}
	for name, shape := range map[string]string{"last": "(350, 256, 256, 3)", "first": "(350, 3, 256, 256)"} {
		data := append(npyBytes("|u1", shape), elements...)
		want, err := readNPY(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		folder := writeFiles(t, map[string][]byte{"a.npy": data})
		for _, o := range []Options{{Whole: true, NoCache: true}, {Whole: true}, {Whole: true}} {
			got, err := load(t, filepath.Join(folder, "a.npy"), o)
			if err != nil {
				t.Fatal(err)
			}
			if !got.Train.Equal(want) {
				t.Errorf("channels %s: other images", name)
			}
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("the cache holds %v (%v), want two files", entries, err)
	}
	// One that is cut off is told as ever.
	folder := writeFiles(t, map[string][]byte{"cut.npy": append(npyBytes("|u1", "(350, 256, 256, 3)"), elements[1:]...)})
	_, err := load(t, filepath.Join(folder, "cut.npy"), Options{})
	wantError(t, err, "cut.npy", "cut off")
}
