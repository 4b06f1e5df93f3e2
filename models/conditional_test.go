package models

import "testing"

// TestQuietLabel: the features of residual networks are not drowned by the label at first.
func TestQuietLabel(t *testing.T) {
	for arch, quiet := range map[string]bool{"residual": true, "ladder": true, "conv": false, "mlp": false} {
		m, err := New(Config{Arch: arch, Image: Shape{H: 12, W: 12, C: 1}, Labels: []string{"a", "b"}, Conditional: true}, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range m.graph.Params() {
			if p.Name != "encoder/label/weight" {
				continue
			}
			largest := float32(0)
			for _, v := range p.In(m.Theta) {
				largest = max(largest, v)
			}
			if quiet != (largest == 0) {
				t.Errorf("%s: the label's largest weight is %g", arch, largest)
			}
		}
	}
}
