package safetensors

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestSealed changes each bit of a file, cuts it and lengthens it.
func TestSealed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	f := &File{Metadata: map[string]string{"a": "b"}, Tensors: []Tensor{{Name: "x", Shape: []int{2}, Data: []float32{0, 1}}, {Name: "none", Shape: []int{0}}}}
	if err := f.Seal(); err != nil {
		t.Fatal(err)
	}
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	if got, err := LoadSealed(path); err != nil || got.Metadata["a"] != "b" || !slices.Equal(got.Tensors[0].Data, f.Tensors[0].Data) {
		t.Fatalf("%+v, error %v", got, err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what string, i int, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadSealed(path); err == nil {
			t.Errorf("%s %d is not detected", what, i)
		}
	}
	for i := range 8 * len(data) {
		changed := slices.Clone(data)
		changed[i/8] ^= 1 << (i % 8)
		refused("bit", i, changed)
	}
	for n := range data {
		refused("a cut to", n, data[:n])
	}
	for _, more := range []byte{0, ' ', '\n'} {
		refused("one more byte", int(more), append(slices.Clone(data), more))
	}
	f.Metadata["a"] = "c"
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadSealed(path); err == nil {
		t.Error("other metadata are not detected")
	}
	delete(f.Metadata, sum)
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadSealed(path); err == nil {
		t.Error("a file without a seal is taken")
	}
}
