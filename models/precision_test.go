package models

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// TestAtPrecision looks at every parameter that rounding leaves.
func TestAtPrecision(t *testing.T) {
	m, err := New(Config{Image: Shape{4, 4, 1}, Latent: 16}, 1)
	if err != nil {
		t.Fatal(err)
	}
	m.param(t, "encoder/conv_1/weight").setChannel(2, func(float32) float32 { return 0 })
	m.param(t, "encoder/conv_1/weight").setChannel(3, func(w float32) float32 { return w * 1e-42 }) // its scale underflows
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
		for i, p := range rounded.Params() {
			original := m.Params()[i].fileOrder()
			got := p.fileOrder()
			if strings.HasSuffix(p.Name, "/bias") || p.Len() < smallest {
				if !slices.Equal(got, original) {
					t.Errorf("%s %s is not as it was", precision, p.Name)
				}
				continue
			}
			limit := make([]float64, p.Shape[p.out]) // half a step of each channel
			for i, w := range original {
				c := p.channel(i)
				limit[c] = max(limit[c], math.Abs(float64(w))/127/2*1.0001+0x1p-142)
			}
			exact := 0
			for i, w := range original {
				half := limit[p.channel(i)]
				if precision == FP16 {
					half = max(math.Abs(float64(w))*0x1p-11, 0x1p-25)
				}
				if d := math.Abs(float64(got[i]) - float64(w)); !(d <= half) {
					t.Fatalf("%s %s: value %d, %g, becomes %g", precision, p.Name, i, w, got[i])
				} else if d == 0 {
					exact++
				}
			}
			if exact > len(got)/4 {
				t.Errorf("%s %s: %d of %d values are not rounded at all", precision, p.Name, exact, len(got))
			}
		}
		again, err := rounded.AtPrecision(precision)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range again.Theta {
			if d := math.Abs(float64(v - rounded.Theta[i])); d > 1e-6*math.Abs(float64(v)) {
				t.Fatalf("%s: rounded twice, %g becomes %g", precision, rounded.Theta[i], v)
			}
		}
	}
	if !slices.Equal(m.Theta, before) {
		t.Error("the model itself has changed")
	}
}

func TestAtPrecisionRejects(t *testing.T) {
	m, err := New(Config{Image: Shape{4, 4, 1}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	m.param(t, "encoder/conv_1/weight").Value[5] = 70000
	if _, err := m.AtPrecision(FP16); err == nil || !strings.Contains(err.Error(), "encoder/conv_1/weight: the value 70000 is out of range for fp16") {
		t.Errorf("error %v, want one about the value and its weight", err)
	}
	if _, err := m.AtPrecision(INT8); err != nil {
		t.Errorf("int8: %v", err)
	}
	if _, err := m.AtPrecision("fp8"); err == nil || !strings.Contains(err.Error(), `unknown precision "fp8": choose one of fp32 fp16 int8`) {
		t.Errorf("error %v, want one about the choice", err)
	}
}

func (m *VAE) param(t *testing.T, name string) *Param {
	t.Helper()
	for _, p := range m.params {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("no parameter %s", name)
	return nil
}

func (p *Param) fileOrder() []float32 {
	file := make([]float32, p.Len())
	p.ToFile(file, p.Value)
	return file
}

// setChannel changes the weights of one output channel.
func (p *Param) setChannel(channel int, change func(float32) float32) {
	file := p.fileOrder()
	for i, w := range file {
		if p.channel(i) == channel {
			file[i] = change(w)
		}
	}
	p.FromFile(p.Value, file)
}
