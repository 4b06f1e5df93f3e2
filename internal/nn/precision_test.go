package nn

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// roundedLayers are layers with every layout of weights.
func roundedLayers() []Layer {
	return []Layer{
		NewConv2D("conv", hwc(2, 2, 32), 64, 3, 2, ReLU),
		NewDense("dense", hwc(1, 1, 64), vec(256), ReLU),
		NewDense("mean", vec(256), vec(16), Identity),
		NewConvTranspose2D("conv_transpose", 64, hwc(4, 4, 1), 3, 2, ReLU),
	}
}

// TestRound looks at every parameter that rounding leaves.
func TestRound(t *testing.T) {
	for _, precision := range []Precision{FP32, FP16, INT8} {
		for _, l := range roundedLayers() {
			bind(l)
			weight := l.Params()[0]
			weight.setChannel(0, func(w float32) float32 { return w * 1e-42 }) // its scale underflows
			if len(l.In()) > 0 && weight.Shape[weight.out] > 1 {
				weight.setChannel(1, func(float32) float32 { return 0 })
			}
			for _, p := range l.Params() {
				original := p.fileOrder()
				if err := p.Round(precision); err != nil {
					t.Fatal(err)
				}
				got := p.fileOrder()
				if len(p.Shape) < 2 || p.Len() < smallest || precision == FP32 {
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
					if precision == FP16 || len(original)/p.Shape[p.out] <= 4 {
						half = max(math.Abs(float64(w))*0x1p-11, 0x1p-25)
					}
					if d := math.Abs(float64(got[i]) - float64(w)); !(d <= half) {
						t.Fatalf("%s %s: value %d, %g, becomes %g", precision, p.Name, i, w, got[i])
					} else if d == 0 {
						exact++
					}
				}
				if exact > len(got)/4 && weight.Shape[weight.out] > 4 {
					t.Errorf("%s %s: %d of %d values are not rounded at all", precision, p.Name, exact, len(got))
				}
				if err := p.Round(precision); err != nil {
					t.Fatal(err)
				}
				for i, v := range p.fileOrder() {
					if d := math.Abs(float64(v - got[i])); d > 1e-6*math.Abs(float64(v)) {
						t.Fatalf("%s: rounded twice, %g becomes %g", precision, got[i], v)
					}
				}
			}
		}
	}
}

func TestRoundRejects(t *testing.T) {
	l := NewConv2D("encoder/conv_1", hwc(4, 4, 32), 64, 3, 2, ReLU)
	bind(l)
	weight := l.Params()[0]
	weight.Value[5] = 70000
	if err := weight.Round(FP16); err == nil || !strings.Contains(err.Error(), "encoder/conv_1/weight: the value 70000 is out of range for fp16") {
		t.Errorf("error %v, want one about the value and its weight", err)
	}
	if err := weight.Round(INT8); err != nil {
		t.Errorf("int8: %v", err)
	}
	if err := weight.Round("fp8"); err == nil || !strings.Contains(err.Error(), `unknown precision "fp8": choose one of fp32 fp16 int8`) {
		t.Errorf("error %v, want one about the choice", err)
	}
}

func (p *Param) fileOrder() []float32 {
	file := make([]float32, p.Len())
	p.ToFile(p.Value)(file, 0)
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
