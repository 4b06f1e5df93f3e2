package models

import "fmt"

// TooLargeError says that a model would be larger than this package trains.
type TooLargeError struct {
	// Config is the model's, with its defaults filled in.
	Config Config
	// Params is the number of its parameters, or 0 where they were not counted because a
	// side of the images is too long.
	Params int
}

func (e *TooLargeError) Error() string {
	if e.Params == 0 {
		return fmt.Sprintf("images of %dx%d pixels: a side may have %d", e.Config.Image.H, e.Config.Image.W, maxSide)
	}
	return fmt.Sprintf("a model for images of %v would have %d parameters, and may have %d: use smaller images or layers", e.Config.Image, e.Params, maxParams)
}

// Size is how large a VAE is, in float32 values.
type Size struct {
	Params      int
	Inputs      int // of an image: itself, its noise and its label
	Activations int // of an image in a [Network]: all memory of its layers and their gradients
}

// Size returns how large the VAE is that [New] would make of c, or New's error.
func (c Config) Size() (Size, error) {
	m, err := design(c)
	if err != nil {
		return Size{}, err
	}
	return Size{m.graph.Size(), m.image.Shape().Len() + m.noise.Shape().Len() + c.Classes(), m.trainingPass(0).Size()}, nil
}
