package dataset

import (
	"bytes"
	"cmp"
	"context"
	"fmt"

	"govae/images"
	"govae/internal/photo"
)

// Taker takes images of one shape, made of pictures as those were that it was trained on. The
// sessions of package infer are takers.
type Taker interface {
	Shape() images.Shape
	Framing() images.Framing
}

// For returns o with the shape of t and, where o leaves them open, its fit, background and scale, so
// that images are read as t takes them.
func (o Options) For(t Taker) Options {
	f := t.Framing()
	o.Shape, o.Fit, o.Scale = t.Shape(), cmp.Or(o.Fit, f.Fit, images.Crop), cmp.Or(o.Scale, f.Scale)
	o.Background = cmp.Or(o.Background, &f.Background)
	return o
}

// pictures bounds the memory of all calls of [ReadPicture].
var pictures = photo.NewReader()

// ReadPicture reads a picture that is in memory, such as one that came over a network, as t takes it.
// data is the content of an image file of any kind that folders may hold; it is read upright, and may
// have up to 100 megapixels. Many goroutines may read at once: together they hold 256 MB of decoded
// pictures, or one that alone needs more. Errors but the context's tell what is wrong with the picture, or
// that t takes no pictures, as its images are neither gray nor in colour.
func ReadPicture(ctx context.Context, data []byte, t Taker) (images.Image, error) {
	if err := cmp.Or(Options{Shape: t.Shape()}.checkShape(), t.Framing().Check()); err != nil {
		return images.Image{}, err
	}
	m := images.Set{Shape: t.Shape()}
	m.Pixels = make([]byte, m.Shape.Len())
	if err := pictures.Draw(ctx, bytes.NewReader(data), m.Pixels, m.Shape, t.Framing()); err != nil {
		return images.Image{}, fmt.Errorf("dataset: the picture: %w", err)
	}
	return m.Image(0), nil
}
