package models

import (
	"fmt"

	"govae/images"
	"govae/internal/nn"
)

// A conditional model is told the class y of an image: encoder q(z|x,y), decoder p(x|z,y),
// and a prior p(z) that knows no class, so that z is left with what the class does not
// tell (Kingma, Rezende, Mohamed and Welling 2014, arXiv 1406.5298, model M2; Sohn, Lee and
// Yan 2015, "Learning structured output representation using deep conditional generative
// models"). A label is a vector of the classes' weights: 1 at the class and 0 elsewhere, or
// a mixture.

// Classes is the number of classes that the model is conditional on, 0 if it is not.
func (c Config) Classes() int {
	if !c.Conditional {
		return 0
	}
	return len(c.Labels)
}

// labelWidth and labelGain make the label loud where the decoder begins: a vector of that many
// values, from -2 to 2 each. If it is no louder than z, then z learns first to tell the
// class, which nothing undoes: after 8 epochs on 10,000 images of MNIST (mlp, latent 16) 41 % of
// samples looked like the class asked for, and 90 % so, at the same ELBO.
const (
	labelWidth = 64
	labelGain  = 2
)

// quiet is the gain of what the label adds to the features of a residual network: these are so small
// at first that anything drowns them (docs/quality.md).
const quiet = 0

// addLabel adds the label, if there is one, to the graph, and by weights of this gain to the features
// that the posterior is read from.
func (m *VAE) addLabel(features *nn.Value, gain float64) *nn.Value {
	n := m.Config.Classes()
	if n == 0 {
		return features
	}
	m.label = m.graph.Input("label", images.Vector(n))
	shift := m.graph.Add(withGain(nn.NewEmbedding("encoder/label", n, features.Shape().C), gain), m.label)
	return m.graph.Add(nn.NewAdd("encoder/labelled", features.Shape(), shift.Shape()), features, shift)
}

// The centre of a class is where its codes lie among those of all. A code is told relative to that
// of its class: what the encoder takes away, the decoder adds. So the prior of a class is its own,
// N(centre, I), and another label leads to the same place in another class. Of photographs codes
// tell the class by themselves otherwise, whatever the label: it is little beside all the rest that
// they tell. Both start at 0, and [VAE.ChangeAxes] finds them.
const (
	encoderCentre = "encoder/centre"
	decoderCentre = "decoder/centre"
)

// centred adds what the centre of its class adds to a code.
func (m *VAE) centred(name string, code *nn.Value) *nn.Value {
	if m.label == nil {
		return code
	}
	centres := withGain(nn.NewEmbedding(name, m.Config.Classes(), code.Shape().C), 0)
	centres.Params()[0].Later = true
	return m.graph.Add(nn.NewAdd(name+"/code", code.Shape(), code.Shape()), code, m.graph.Add(centres, m.label))
}

// labelled returns what the decoder starts from: z, and the label's vector beside it where
// there is a label. Every decoder begins with a dense layer.
func (m *VAE) labelled(z *nn.Value) *nn.Value {
	if m.label == nil {
		return z
	}
	z = m.centred(decoderCentre, z)
	class := m.graph.Add(withGain(nn.NewEmbedding("decoder/label", m.Config.Classes(), labelWidth), labelGain), m.label)
	return m.graph.Add(nn.NewConcat("decoder/labelled", z.Shape(), class.Shape()), z, class)
}

// inputs returns the inputs of a part of the graph that starts from x: x, and the label.
func (m *VAE) inputs(x *nn.Value) []*nn.Value { return append([]*nn.Value{x}, m.labels()...) }

// labels returns the label, if there is one.
func (m *VAE) labels() []*nn.Value {
	if m.label == nil {
		return nil
	}
	return []*nn.Value{m.label}
}

// OneHot writes the labels of images of these classes to dst, (n, classes).
func OneHot(dst []float32, classes int, of ...int) {
	if len(dst) != len(of)*classes {
		panic(fmt.Sprintf("models: OneHot: dst has length %d, want %d (%d labels of %d classes)", len(dst), len(of)*classes, len(of), classes))
	}
	clear(dst)
	for i, class := range of {
		dst[i*classes : (i+1)*classes][class] = 1
	}
}
