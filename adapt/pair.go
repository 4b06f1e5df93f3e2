package adapt

import (
	"errors"
	"fmt"
	"slices"

	"govae/contract"
	"govae/engine"
	"govae/onnx"
)

// Pair adapts the two halves of one model, either of which may be one of the contract already.
// What one of them tells, the size and the range of images and the shape of latent points, the
// other need not be asked. The error names no file: which tells whose it is.
func Pair(decoder, encoder *onnx.Model, e *engine.Engine, o Options) (d, c *Model, which contract.Role, err error) {
	half := func(m *onnx.Model, role contract.Role, known facts) (*Model, error) {
		if Foreign(m) {
			return adapt(m, e, o, known, []contract.Role{role})
		}
		return own(m)
	}
	d, err = half(decoder, contract.Decoder, facts{})
	if _, open := errors.AsType[*Question](err); open {
		if c, _ = half(encoder, contract.Encoder, facts{}); c != nil {
			known := c.facts
			known.pixels = "" // which the decoder tells
			d, err = half(decoder, contract.Decoder, known)
		}
	}
	if err != nil {
		return nil, nil, contract.Decoder, err
	}
	if c, err = half(encoder, contract.Encoder, d.facts); err != nil {
		return nil, nil, contract.Encoder, err
	}
	if taken, given := d.facts.point, c.facts.point; permuted(taken, given) || permuted(given, taken) {
		return nil, nil, contract.Encoder, fmt.Errorf("its codes are %s, and the decoder takes %s: export both with the same layout", by(c.facts.point), by(d.facts.point))
	}
	return d, c, 0, nil
}

// permuted reports whether maps of the shapes a and b are the same but that b has its channels last, and
// a first.
func permuted(a, b []int) bool {
	return len(a) == 3 && len(b) == 3 && !slices.Equal(a, b) && slices.Equal(append(a[1:3:3], a[0]), b)
}

// own returns a model of the contract as it is.
func own(m *onnx.Model) (*Model, error) {
	metadata, err := contract.Read(m)
	if err != nil {
		return nil, err
	}
	f := facts{size: metadata.Image, pixels: Unit}
	if metadata.Latent > 0 {
		f.point = []int{metadata.Latent}
	}
	return &Model{Model: m, facts: f}, nil
}
