package train

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestEpochPictures: each epoch has its pictures, they change no weight, and a run that begins
// anew leaves none of an earlier one.
func TestEpochPictures(t *testing.T) {
	var weights [2][]float32
	dir := t.TempDir()
	for i, pictures := range []bool{false, true} {
		m := smallModel(t, smallConfig)
		if _, err := Run(t.Context(), m, smallData(), Options{Dir: dir, Epochs: 2, Seed: 3, Force: true, EpochPictures: pictures}); err != nil {
			t.Fatal(err)
		}
		weights[i] = slices.Clone(m.Theta)
	}
	if !slices.Equal(weights[0], weights[1]) {
		t.Error("the pictures change the weights")
	}
	for epoch := 1; epoch <= 2; epoch++ {
		for _, name := range []string{SamplesPicture, ReconstructionsPicture} {
			if info, err := os.Stat(filepath.Join(dir, epochPath(epoch, name))); err != nil || info.Size() == 0 {
				t.Errorf("epoch %d has no %s: %v", epoch, name, err)
			}
		}
	}
	const mine, killed = "my-samples.png", ".0002-samples.png.0123abcd.tmp"
	for _, name := range []string{mine, killed} {
		if err := os.WriteFile(filepath.Join(dir, EpochsFolder, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Run(t.Context(), smallModel(t, smallConfig), smallData(), Options{Dir: dir, Epochs: 1, Seed: 3, Force: true}); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, EpochsFolder)); err != nil || len(left) != 1 || left[0].Name() != mine {
		t.Errorf("%v, %v are left", left, err)
	}
}
