package train

import (
	"slices"
	"strings"
	"testing"

	"govae/internal/kernel/kerneltest"
	"govae/internal/random"
	"govae/models"
)

// TestBinarize: which draws of images are alike.
func TestBinarize(t *testing.T) {
	p := newPipeline(smallModel(t, smallConfig), kerneltest.New(t, 2), 40, 1)
	m, index := noiseImages(40, smallShape), make([]int, 40)
	for i := range index {
		index[i] = 39 - i
	}
	draw := func(b Binarize, seed uint64, d random.Domain, epoch int) []float32 {
		p.binarize = b
		return slices.Clone(p.load(m, index, seed, d, epoch).Image)
	}
	first := draw(Dynamic, 1, random.TrainNoise, 0)
	for i, v := range first {
		if v != 0 && v != 1 {
			t.Fatalf("value %d is %g", i, v)
		}
	}
	evaluated := make([]float32, len(first))
	p.floats(evaluated, m, index, testSplit)
	gray := make([]float32, len(first))
	m.Floats(gray, index)
	static := draw(Static, 1, random.TrainNoise, 0)
	// A part of the images, such as what validation leaves, in the order of index.
	view := slices.Clone(p.load(m.Select(index), []int{0, 1, 2}, 3, random.TrainNoise, 0).Image)
	for name, tt := range map[string]struct {
		a, b  []float32
		alike bool
	}{
		"dynamic again":                    {first, draw(Dynamic, 1, random.TrainNoise, 0), true},
		"dynamic, another epoch":           {first, draw(Dynamic, 1, random.TrainNoise, 1), false},
		"dynamic, another seed":            {first, draw(Dynamic, 2, random.TrainNoise, 0), false},
		"static, another epoch":            {static, draw(Static, 1, random.TrainNoise, 1), true},
		"static, another seed":             {static, draw(Static, 2, random.TrainNoise, 0), true},
		"static, of a part":                {static[:len(view)], view, true},
		"static and dynamic":               {static, first, false},
		"static and evaluated":             {static, draw(Static, 1, random.EvalNoise, int(trainSplit)), true},
		"test":                             {evaluated, draw(Dynamic, 1, random.EvalNoise, int(testSplit)), true},
		"test, statically, another seed":   {evaluated, draw(Static, 2, random.EvalNoise, int(testSplit)), true},
		"test and validation":              {evaluated, draw(Static, 1, random.EvalNoise, int(validationSplit)), false},
		"test and training":                {evaluated, static, false},
		"gray images are left as they are": {gray, draw("", 1, random.TrainNoise, 0), true},
	} {
		if slices.Equal(tt.a, tt.b) != tt.alike {
			t.Errorf("%s: alike %v, want %v", name, !tt.alike, tt.alike)
		}
	}
}

func TestBinarizeWantsBernoulli(t *testing.T) {
	for want, o := range map[string]Options{"bernoulli, not gaussian": {Binarize: Static}, "unknown binarization": {Binarize: "often"}} {
		c := models.Config{Arch: "mlp", Hidden: []int{4}, Image: smallShape, Likelihood: models.Gaussian}
		if _, err := Run(t.Context(), smallModel(t, c), smallData(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
