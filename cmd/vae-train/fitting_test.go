package main

import (
	"errors"
	"testing"

	"govae/models"
	"govae/train"
)

func TestFitting(t *testing.T) {
	for name, tt := range map[string]struct {
		config models.Config
		want   string
	}{
		"images":        {models.Config{Arch: "conv", Image: models.Shape{H: 2048, W: 2048, C: 3}}, " (--size 384x384)"},
		"one long side": {models.Config{Arch: "conv", Image: models.Shape{H: 64, W: 6000, C: 3}}, " (--size 40x3744)"},
		"latent":        {models.Config{Arch: "conv", Image: models.Shape{H: 256, W: 256, C: 3}, Latent: 4096}, " (--size 112x112 or --latent 512)"},
		"layers":        {models.Config{Arch: "mlp", Image: models.Shape{H: 28, W: 28, C: 1}, Hidden: []int{65536, 32768}}, " (--hidden 12288,6144)"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tt.config.Size()
			e, ok := errors.AsType[*models.TooLargeError](err)
			if !ok {
				t.Fatalf("error %v", err)
			}
			if got := fitting(e); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// TestFittingMemory follows the advice.
func TestFittingMemory(t *testing.T) {
	c := models.Config{Arch: "conv", Image: models.Shape{H: 256, W: 256, C: 3}, Latent: 2, Likelihood: models.Bernoulli}
	need, err := train.Memory(c, 128)
	if err != nil {
		t.Fatal(err)
	}
	e := &train.MemoryError{Config: c, Batch: 128, Need: need, Available: need / 2}
	const want = " (--batch 42 or --size 176x176)"
	if got := fittingMemory(e); got != want {
		t.Errorf("of %d bytes %q, want %q", need, got, want)
	}
	for batch, fits := range map[int]bool{42: true, 43: false} {
		if need, err := train.Memory(c, batch); err != nil || (need <= e.Available) != fits {
			t.Errorf("batches of %d take %d bytes of %d", batch, need, e.Available)
		}
	}
	if got := fittingMemory(&train.MemoryError{Config: c, Batch: 128, Need: need, Available: 1000}); got != "" {
		t.Errorf("%q where nothing fits", got)
	}
}
