package infer

import (
	"context"
	"iter"

	"govae/onnx"
)

// Classifier tells the classes of images. Its file stands beside those of a model that is
// conditional on the same classes.
type Classifier struct{ *session }

// Guess is a classifier's result for one image.
type Guess struct {
	Class         int       // the most probable one
	Probability   float64   // of that class
	Probabilities []float32 // of all classes
}

// Classify maps images x [n, C, H, W] to the probabilities of their classes, [n, classes].
func (c *Classifier) Classify(ctx context.Context, x []float32) ([]float32, error) {
	out, err := c.run(ctx, x, 0)
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// ClassifyAll tells the class of each image of a stream, in order, like [Decoder.DecodeAll].
func (c *Classifier) ClassifyAll(ctx context.Context, images iter.Seq2[Image, error]) iter.Seq2[Guess, error] {
	return mapRows(ctx, c.session, pixels(images, c.contract), func(ctx context.Context, x []float32, _ int) ([]Guess, error) {
		p, err := c.Classify(ctx, x)
		return guesses(p, c.contract.Classes), err
	})
}

// Sure returns the numbers and the classes of those images of a stream whose most probable class
// has at least the probability least.
func (c *Classifier) Sure(ctx context.Context, images iter.Seq2[Image, error], least float64) (index, classes []int, err error) {
	i := 0
	for guess, err := range c.ClassifyAll(ctx, images) {
		if err != nil {
			return nil, nil, err
		}
		if guess.Probability >= least {
			index, classes = append(index, i), append(classes, guess.Class)
		}
		i++
	}
	return index, classes, nil
}

// guesses turns probabilities p [n, classes] into guesses.
func guesses(p []float32, classes int) []Guess {
	all := make([]Guess, len(p)/classes)
	for i := range all {
		row, best := p[i*classes:(i+1)*classes:(i+1)*classes], 0
		for j, v := range row {
			if v > row[best] {
				best = j
			}
		}
		all[i] = Guess{best, float64(row[best]), row}
	}
	return all
}

// setClassifier takes the sizes from the shapes of an image and of the probabilities of its
// classes. The metadata tell the latent dimensions of the model beside which it stands.
func (c *Contract) setClassifier(image onnx.Shape, class onnx.ValueInfo) error {
	if err := c.setClasses(class); err != nil {
		return err
	}
	return c.setImage(image)
}
