package train

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"govae/dataset"
	"govae/internal/kernel/kerneltest"
	"govae/internal/random"
	"govae/models"
)

// conditional makes a model conditional on three classes.
func conditional(c models.Config) models.Config {
	c.Labels, c.Conditional = []string{"a", "b", "c"}, true
	return c
}

// labelled gives images labels if a model is conditional on them.
func labelled(m *dataset.Images, c models.Config) *dataset.Images {
	for i := 0; c.Conditional && i < m.Len(); i++ {
		m.Labels = append(m.Labels, i/2%len(c.Labels))
	}
	return m
}

// dataFor is smallData, with labels for a conditional model.
func dataFor(c models.Config) *dataset.Data {
	m := labelled(noiseImages(50, smallShape), c)
	return &dataset.Data{Name: "noise", Train: m.Head(40), Test: m.Slice(40, 50), Classes: c.Labels}
}

// TestLabelsAreNeeded: a conditional model is not trained on images of which some have no
// label.
func TestLabelsAreNeeded(t *testing.T) {
	c := conditional(smallConfig)
	for split, change := range map[string]func(d *dataset.Data){
		"training": func(d *dataset.Data) { d.Train.Labels = nil },
		"test":     func(d *dataset.Data) { d.Test.Labels = nil },
	} {
		d := dataFor(c)
		change(d)
		dir := filepath.Join(t.TempDir(), "model")
		_, err := Run(t.Context(), smallModel(t, c), d, Options{Dir: dir, Epochs: 1})
		if e, ok := errors.AsType[*dataset.UnlabelledError](err); !ok || e.Split != split {
			t.Errorf("%s: error %v", split, err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: a model directory was made", split)
		}
	}
}

// TestSamplesAreOfTheirClass trains on the built-in digits and lets the nearest class mean
// of real digits judge what class each sample is of. That judge knows 71 % of real digits;
// samples are more like their class's mean.
func TestSamplesAreOfTheirClass(t *testing.T) {
	source, err := dataset.Open("digits", dataset.Options{Limit: 2000})
	if err != nil {
		t.Fatal(err)
	}
	d, err := source.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := models.Config{Arch: "mlp", Hidden: []int{64}, Latent: 2, Image: d.Train.Shape, Labels: d.Classes, Conditional: true}
	m := smallModel(t, c)
	if _, err := Run(t.Context(), m, d, Options{Epochs: 15, Batch: 32, LR: Constant(3e-3), Seed: 1}); err != nil {
		t.Fatal(err)
	}
	size, classes := d.Train.Shape.Len(), c.Classes()
	means, counts := make([]float64, classes*size), make([]float64, classes)
	for i, label := range d.Train.Labels {
		counts[label]++
		for j, v := range d.Train.At(i) {
			means[label*size+j] += float64(v) / 255
		}
	}
	nearest := func(x []float32) (class int) {
		least := math.Inf(1)
		for k := range classes {
			distance := 0.0
			for j, v := range x {
				difference := float64(v) - means[k*size+j]/counts[k]
				distance += difference * difference
			}
			if distance < least {
				class, least = k, distance
			}
		}
		return class
	}
	const each = 30
	n := each * classes
	z, label := make([]float32, n*c.Latent), make([]float32, n*classes)
	for i := range n {
		random.Latent(z[i*c.Latent:(i+1)*c.Latent], 1, i)
		models.OneHot(label[i*classes:(i+1)*classes], classes, i/each)
	}
	asked := 0
	decoded := m.NewEvaluator(kerneltest.New(t, 2), 100).Decode(z, label)
	for i := range n {
		if nearest(decoded[i*size:(i+1)*size]) == i/each {
			asked++
		}
	}
	if asked < n*80/100 {
		t.Errorf("%d of %d samples are of the class that was asked for", asked, n)
	}
}
