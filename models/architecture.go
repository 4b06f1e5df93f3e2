package models

import (
	"fmt"
	"maps"
	"slices"

	"govae/images"
)

// network is what an architecture decides: the encoder's layers up to the heads,
// and the decoder's layers, whose last output are the image's logits.
type network struct {
	encoder, decoder []Layer
}

// architectures holds every architecture under its name. A new one is a function
// and a row here.
var architectures = map[string]func(Config) network{
	"conv": conv,
	"mlp":  mlp,
}

// Architectures returns the names of all architectures, sorted.
func Architectures() []string { return slices.Sorted(maps.Keys(architectures)) }

// conv is the reference network: two convolutions that halve the image each, and
// a dense layer; the decoder mirrors it. At 28x28x1:
//
//	28x28x1 -> 14x14x32 -> 7x7x64 -> 256 -> mean, log_var
//	z -> 7x7x64 -> 14x14x64 -> 28x28x32 -> 28x28x1
func conv(c Config) network {
	full := c.Image
	c0 := NewConv2D("encoder/conv_0", full, 32, 2, ReLU)
	c1 := NewConv2D("encoder/conv_1", c0.Out(), 64, 2, ReLU)
	half, quarter := c0.Out(), c1.Out()
	return network{
		encoder: []Layer{c0, c1, NewDense("encoder/dense_0", quarter, images.Vector(256), ReLU)},
		decoder: []Layer{
			NewDense("decoder/dense_0", images.Vector(c.Latent), quarter, ReLU),
			NewConvTranspose2D("decoder/conv_transpose_0", 64, Shape{half.H, half.W, 64}, 2, ReLU),
			NewConvTranspose2D("decoder/conv_transpose_1", 64, Shape{full.H, full.W, 32}, 2, ReLU),
			NewConvTranspose2D("decoder/conv_transpose_2", 32, full, 1, Identity),
		},
	}
}

// mlp has dense layers only: image - hidden - latent - hidden - image.
func mlp(c Config) network {
	var n network
	act := activations[c.Activation]
	in := c.Image
	for i, width := range c.Hidden {
		n.encoder = append(n.encoder, NewDense(fmt.Sprintf("encoder/dense_%d", i), in, images.Vector(width), act))
		in = images.Vector(width)
	}
	in = images.Vector(c.Latent)
	for i := range c.Hidden {
		width := c.Hidden[len(c.Hidden)-1-i]
		n.decoder = append(n.decoder, NewDense(fmt.Sprintf("decoder/dense_%d", i), in, images.Vector(width), act))
		in = images.Vector(width)
	}
	last := fmt.Sprintf("decoder/dense_%d", len(c.Hidden))
	n.decoder = append(n.decoder, NewDense(last, in, c.Image, Identity))
	return n
}
