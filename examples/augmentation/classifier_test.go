package main

import (
	"math/rand/v2"
	"testing"

	"govae/internal/gradienttest"
)

func TestGradient(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	c := newClassifier(6, 5, 3, r)
	for i := range c.theta {
		c.theta[i] += 0.1 * float32(r.NormFloat64()) // biases that are not 0
	}
	s := set{x: make([]float32, 4*6), labels: []int{2, 0, 1, 2}}
	for i := range s.x {
		s.x[i] = r.Float32()
	}
	grad, scratch := make([]float32, len(c.theta)), make([]float32, len(c.theta))
	c.gradient(s, grad)
	gradienttest.Check(t, "theta", c.theta, grad, 1e-3, 1e-3, func() float64 { return c.gradient(s, scratch) })
}

// TestLearns trains on two classes that a line does not separate (exclusive or).
func TestLearns(t *testing.T) {
	corners := set{x: []float32{0, 0, 0, 1, 1, 0, 1, 1}, labels: []int{0, 1, 1, 0}}
	c := newClassifier(2, 16, 2, rand.New(rand.NewPCG(1, 0)))
	c.train(2000, func() set { return corners })
	if got := c.accuracy(corners); got != 1 {
		t.Errorf("accuracy %g on the images of the training, want 1", got)
	}
	wrong := set{x: corners.x, labels: []int{0, 1, 0, 1}}
	if got := c.accuracy(wrong); got != 0.5 {
		t.Errorf("accuracy %g where half of the labels are wrong, want 0.5", got)
	}
}

func BenchmarkStep(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 0))
	c := newClassifier(784, 64, 10, r)
	s := set{x: make([]float32, 100*784), labels: make([]int, 100)}
	for i := range s.x {
		s.x[i] = r.Float32()
	}
	for b.Loop() {
		c.train(1, func() set { return s })
	}
}
