package models

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"govae/internal/gradienttest"
	"govae/internal/kernel/kerneltest"
)

func testClassifier(t *testing.T) (*Classifier, Config) {
	t.Helper()
	c := Config{Image: Shape{H: 7, W: 6, C: 3}, Labels: []string{"cat", "dog", "eel"}, Conditional: true}
	m, err := NewClassifier(c, 1)
	if err != nil {
		t.Fatal(err)
	}
	return m, c
}

// TestClassifierGradient compares the gradient of the loss with differences of it, and the
// probabilities of its two forward passes.
func TestClassifierGradient(t *testing.T) {
	m, _ := testClassifier(t)
	k := kerneltest.New(t, 1)
	const n = 3
	x := make([]float32, n*m.Image.Len())
	for i := range x {
		x[i] = float32(i*i%23) / 22
	}
	net, classes, weights := m.NewNetwork(5), []int{2, 0, 2}, []float32{0.5, 2, 1}
	grad, scratch := make([]float32, len(m.Theta)), make([]float32, len(m.Theta))
	p := slices.Clone(net.Forward(k, n, x))
	if other := m.Classify(k, x, 2); !slices.Equal(p, other) {
		t.Errorf("%v in training, else %v", p, other)
	}
	want := 0.0
	for i, class := range classes {
		row := p[i*3 : i*3+3]
		if sum := row[0] + row[1] + row[2]; math.Abs(float64(sum)-1) > 1e-6 {
			t.Errorf("probabilities %v", row)
		}
		want -= float64(weights[i]) * math.Log(float64(row[class]))
	}
	if loss := net.Loss(classes, weights, grad); math.Abs(loss-want) > 1e-9 {
		t.Errorf("loss %g, want %g", loss, want)
	}
	for _, p := range m.Params() {
		gradienttest.Check(t, p.Name, p.Value, p.In(grad), 1e-2, 1e-2, func() float64 {
			net.Forward(k, n, x)
			return net.Loss(classes, weights, scratch)
		})
	}
}

// TestSaveClassifier reads back what was written, and says what is wrong with other files.
func TestSaveClassifier(t *testing.T) {
	m, c := testClassifier(t)
	dir := t.TempDir()
	if _, _, err := LoadClassifier(dir, c); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
	if err := m.Save(dir, map[string]string{"figures": "{}"}); err != nil {
		t.Fatal(err)
	}
	read, metadata, err := LoadClassifier(dir, c)
	if err != nil || !slices.Equal(read.Theta, m.Theta) || metadata["figures"] != "{}" {
		t.Errorf("error %v, metadata %v", err, metadata)
	}
	fewer := c
	fewer.Labels = c.Labels[:2]
	if _, _, err := LoadClassifier(dir, fewer); err == nil {
		t.Error("the classifier of three classes is taken for two")
	}
	path := filepath.Join(dir, ClassifierFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-1] ^= 1
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := LoadClassifier(dir, c); err == nil {
		t.Error("a damaged file is read")
	}
	plain := c
	plain.Conditional = false
	if _, err := NewClassifier(plain, 1); err == nil {
		t.Error("a classifier of no classes")
	}
}
