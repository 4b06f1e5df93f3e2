package models

import (
	"errors"
	"testing"
)

// TestTooLarge tells models that are too large from others, without the memory for them.
func TestTooLarge(t *testing.T) {
	for name, tt := range map[string]struct {
		config Config
		params int // 0 where they are not counted
		large  bool
	}{
		"reference":    {Config{Arch: "conv", Image: Shape{H: 28, W: 28, C: 1}}, 888_005, false},
		"large images": {Config{Arch: "conv", Image: Shape{H: 2048, W: 2048, C: 3}}, 4_345_375_879, true},
		"wide layers":  {Config{Arch: "mlp", Hidden: []int{65536, 65536}, Image: Shape{H: 28, W: 28, C: 1}}, 8_693_351_188, true},
		"too long":     {Config{Arch: "mlp", Image: Shape{H: 28, W: 5000, C: 1}}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			size, err := tt.config.Size()
			n := size.Params
			e, large := errors.AsType[*TooLargeError](err)
			if large {
				n = e.Params
			}
			if n != tt.params || large != tt.large {
				t.Errorf("%d parameters, error %v; want %d", n, err, tt.params)
			}
			if m, err := New(tt.config, 1); (err != nil) != tt.large || m != nil && len(m.Theta) != tt.params {
				t.Errorf("New: error %v, or another number of parameters", err)
			}
		})
	}
}
