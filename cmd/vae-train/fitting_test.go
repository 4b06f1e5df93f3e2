package main

import (
	"errors"
	"testing"

	"govae/models"
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
			_, err := tt.config.Params()
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
