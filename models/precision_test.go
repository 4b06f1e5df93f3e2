package models

import (
	"slices"
	"testing"
)

// TestAtPrecision leaves the model as it was and gives another one, whose weights are
// rounded.
func TestAtPrecision(t *testing.T) {
	m, err := New(Config{Image: Shape{H: 4, W: 4, C: 1}, Latent: 16}, 1)
	if err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(m.Theta)
	for _, precision := range []Precision{"", FP32} {
		if same, err := m.AtPrecision(precision); same != m || err != nil {
			t.Errorf("precision %q: another model, error %v", precision, err)
		}
	}
	for _, precision := range []Precision{FP16, INT8} {
		rounded, err := m.AtPrecision(precision)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Equal(rounded.Theta, m.Theta) {
			t.Errorf("%s: the weights are as they were", precision)
		}
	}
	if !slices.Equal(m.Theta, before) {
		t.Error("the model itself has changed")
	}
	m.Params()[2].Value[5] = 70000
	if _, err := m.AtPrecision(FP16); err == nil {
		t.Error("a weight beyond the range of fp16 is accepted")
	}
}
