package safetensors

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestSealed changes each byte of a file, cuts it and lengthens it.
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
	for i := range data {
		for _, bit := range []int{i % 8, 5} { // 5 makes small letters capital, which JSON may take for the same
			changed := slices.Clone(data)
			changed[i] ^= 1 << bit
			refused("a change of byte", i, changed)
		}
		refused("a cut to", i, data[:i])
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
