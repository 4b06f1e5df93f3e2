package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// set is a number of images with their classes.
type set struct {
	x      []float32 // [n, pixels], values in [0, 1]
	labels []int
}

// join returns all images of sets.
func join(sets ...set) set {
	var all set
	for _, s := range sets {
		all.x = append(all.x, s.x...)
		all.labels = append(all.labels, s.labels...)
	}
	return all
}

// first returns the first n images of each class.
func (s set) first(n, classes int) set {
	var some set
	taken, size := make([]int, classes), len(s.x)/len(s.labels)
	for i, label := range s.labels {
		if taken[label]++; taken[label] <= n {
			some.x = append(some.x, s.x[i*size:(i+1)*size]...)
			some.labels = append(some.labels, label)
		}
	}
	return some
}

// classifier is a network with one hidden layer,
//
//	p(class | x) = softmax(W2 relu(W1 x + b1) + b2).
type classifier struct {
	pixels, hidden, classes int
	theta                   []float32 // W1 [pixels, hidden], b1, W2 [hidden, classes], b2
}

// newClassifier draws the weights as He et al. 2015 (arXiv 1502.01852) do; biases are 0.
func newClassifier(pixels, hidden, classes int, r *rand.Rand) *classifier {
	c := &classifier{pixels, hidden, classes, make([]float32, (pixels+1)*hidden+(hidden+1)*classes)}
	w1, _, w2, _ := c.layers(c.theta)
	for _, w := range []blas32.General{w1, w2} {
		scale := math.Sqrt(2 / float64(w.Rows))
		for i := range w.Data {
			w.Data[i] = float32(scale * r.NormFloat64())
		}
	}
	return c
}

// layers returns the weights and biases that lie in theta, or their gradients.
func (c *classifier) layers(theta []float32) (w1 blas32.General, b1 []float32, w2 blas32.General, b2 []float32) {
	take := func(n int) []float32 {
		part := theta[:n]
		theta = theta[n:]
		return part
	}
	w1 = matrix(c.pixels, c.hidden, take(c.pixels*c.hidden))
	b1 = take(c.hidden)
	w2 = matrix(c.hidden, c.classes, take(c.hidden*c.classes))
	return w1, b1, w2, take(c.classes)
}

func matrix(rows, cols int, data []float32) blas32.General {
	return blas32.General{Rows: rows, Cols: cols, Stride: cols, Data: data}
}

// forward returns the activations of the hidden layer [n, hidden] and the logits
// [n, classes] of the images x.
func (c *classifier) forward(x []float32) (h, logits blas32.General) {
	n := len(x) / c.pixels
	w1, b1, w2, b2 := c.layers(c.theta)
	affine := func(x, w blas32.General, b []float32) blas32.General {
		y := matrix(n, w.Cols, make([]float32, 0, n*w.Cols))
		for range n {
			y.Data = append(y.Data, b...)
		}
		blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, x, w, 1, y)
		return y
	}
	h = affine(matrix(n, c.pixels, x), w1, b1)
	for i, v := range h.Data {
		h.Data[i] = max(v, 0)
	}
	return h, affine(h, w2, b2)
}

// gradient returns the mean cross-entropy of a batch in nats and writes its
// gradient to grad, which is laid out like theta.
func (c *classifier) gradient(s set, grad []float32) (loss float64) {
	n := len(s.labels)
	h, logits := c.forward(s.x)
	d := logits // becomes the loss's derivative by the logits: softmax - one-hot, over n
	for i, label := range s.labels {
		row := d.Data[i*c.classes : (i+1)*c.classes]
		top, sum := row[0], 0.0
		for _, v := range row {
			top = max(top, v)
		}
		for _, v := range row {
			sum += math.Exp(float64(v - top))
		}
		loss += (math.Log(sum) - float64(row[label]-top)) / float64(n)
		for j, v := range row {
			row[j] = float32(math.Exp(float64(v-top)) / sum / float64(n))
		}
		row[label] -= 1 / float32(n)
	}
	_, _, w2, _ := c.layers(c.theta)
	dw1, db1, dw2, db2 := c.layers(grad)
	columnSums(d, db2)
	blas32.Gemm(blas.Trans, blas.NoTrans, 1, h, d, 0, dw2)
	dh := matrix(n, c.hidden, make([]float32, n*c.hidden))
	blas32.Gemm(blas.NoTrans, blas.Trans, 1, d, w2, 0, dh)
	for i, v := range h.Data {
		if v <= 0 {
			dh.Data[i] = 0
		}
	}
	columnSums(dh, db1)
	blas32.Gemm(blas.Trans, blas.NoTrans, 1, matrix(n, c.pixels, s.x), dh, 0, dw1)
	return loss
}

func columnSums(m blas32.General, sums []float32) {
	clear(sums)
	for i := range m.Rows {
		blas32.Axpy(1, blas32.Vector{N: m.Cols, Inc: 1, Data: m.Data[i*m.Stride:]}, blas32.Vector{N: m.Cols, Inc: 1, Data: sums})
	}
}

// train takes steps of Adam (Kingma and Ba 2015, arXiv 1412.6980, with its
// defaults) on batches that next returns.
func (c *classifier) train(steps int, next func() set) {
	const rate, beta1, beta2, epsilon = 1e-3, 0.9, 0.999, 1e-8
	grad := make([]float32, len(c.theta))
	m, v := make([]float32, len(c.theta)), make([]float32, len(c.theta))
	for t := 1; t <= steps; t++ {
		c.gradient(next(), grad)
		correct1, correct2 := 1-math.Pow(beta1, float64(t)), 1-math.Pow(beta2, float64(t))
		scale, root := float32(rate/correct1), float32(1/math.Sqrt(correct2))
		for i, g := range grad {
			m[i] += (1 - beta1) * (g - m[i])
			v[i] += (1 - beta2) * (g*g - v[i])
			c.theta[i] -= scale * m[i] / (float32(math.Sqrt(float64(v[i])))*root + epsilon)
		}
	}
}

// accuracy returns the share of images whose class is the most probable one.
func (c *classifier) accuracy(s set) float64 {
	const batch = 500
	right := 0
	for lo := 0; lo < len(s.labels); lo += batch {
		hi := min(lo+batch, len(s.labels))
		_, logits := c.forward(s.x[lo*c.pixels : hi*c.pixels])
		for i, label := range s.labels[lo:hi] {
			row := blas32.Vector{N: c.classes, Inc: 1, Data: logits.Data[i*c.classes : (i+1)*c.classes]}
			best := 0
			for j, v := range row.Data {
				if v > row.Data[best] {
					best = j
				}
			}
			if best == label {
				right++
			}
		}
	}
	return float64(right) / float64(len(s.labels))
}
