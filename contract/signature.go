package contract

import (
	"fmt"

	"govae/images"
	"govae/onnx"
)

// The names of inputs and outputs.
const (
	Z              = "z"              // a latent point
	Image          = "image"          // in [0, 1], channels first
	Label          = "label"          // weights of classes: 1 at one and 0 elsewhere, or a mixture
	Mean           = "mean"           // of q(z|x)
	LogVar         = "log_var"        // the logarithm of its variance
	Reconstruction = "reconstruction" // the image that the decoder makes of the mean
	Eps            = "eps"            // standard normal noise, by which a latent point is drawn from q(z|x)
	LogWeight      = "log_weight"     // log p(x,z) - log q(z|x), in nats
	Class          = "class"          // q(y|x), the probability of each class
)

// batch is the name of the first dimension of every tensor, which is open.
const batch = "batch"

// Role says what a file computes.
type Role int

const (
	Decoder     Role = iota // z to image
	Encoder                 // image to mean and log_var
	Autoencoder             // image to reconstruction
	Scorer                  // image and eps to log_weight
	Classifier              // image to class
)

// String returns "decoder", "encoder", "autoencoder", "scorer" or "classifier".
func (r Role) String() string {
	if r < Decoder || r > Classifier {
		return fmt.Sprintf("role %d", int(r))
	}
	return [...]string{"decoder", "encoder", "autoencoder", "scorer", "classifier"}[r]
}

// Tensor is an input or output: its name, its type, and its shape, whose first dimension
// is open and named batch.
type Tensor struct {
	Name  string
	Type  onnx.DataType
	Shape onnx.Shape
}

// Width returns the number of values of one row.
func (t Tensor) Width() int {
	n := 1
	for _, d := range t.Shape[1:] {
		n *= int(d.Size)
	}
	return n
}

// Rows returns the shape of n rows.
func (t Tensor) Rows(n int) []int64 {
	shape := []int64{int64(n)}
	for _, d := range t.Shape[1:] {
		shape = append(shape, d.Size)
	}
	return shape
}

// Signature lists what a file takes and what it gives, in the order of the graph's inputs
// and outputs.
type Signature struct {
	Role            Role
	Inputs, Outputs []Tensor
}

// Sizes are those of a model's tensors.
type Sizes struct {
	Latent  int
	Image   images.Shape
	Classes int // of the labels that the model is conditional on, 0 if it is not; those that a classifier tells
}

// MaxClasses bounds Sizes.Classes, and with it what the labels of a batch take.
const MaxClasses = 4096

// Signature returns what a file of that role promises.
func (r Role) Signature(s Sizes) Signature {
	tensor := func(name string, sizes ...int) Tensor {
		shape := onnx.Shape{onnx.Named(batch)}
		for _, n := range sizes {
			shape = append(shape, onnx.Size(int64(n)))
		}
		return Tensor{name, onnx.Float32, shape}
	}
	image := func(name string) Tensor { return tensor(name, s.Image.C, s.Image.H, s.Image.W) }

	sig := Signature{Role: r}
	switch r {
	case Decoder:
		sig.Inputs = []Tensor{tensor(Z, s.Latent)}
		sig.Outputs = []Tensor{image(Image)}
	case Encoder:
		sig.Inputs = []Tensor{image(Image)}
		sig.Outputs = []Tensor{tensor(Mean, s.Latent), tensor(LogVar, s.Latent)}
	case Autoencoder:
		sig.Inputs = []Tensor{image(Image)}
		sig.Outputs = []Tensor{image(Reconstruction)}
	case Scorer:
		sig.Inputs = []Tensor{image(Image), tensor(Eps, s.Latent)}
		sig.Outputs = []Tensor{tensor(LogWeight)}
	case Classifier:
		sig.Inputs = []Tensor{image(Image)}
		sig.Outputs = []Tensor{tensor(Class, s.Classes)}
		return sig
	}
	if s.Classes > 0 {
		sig.Inputs = append(sig.Inputs, tensor(Label, s.Classes))
	}
	return sig
}
