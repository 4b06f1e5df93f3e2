package infer

import (
	"context"
	"fmt"
	"slices"

	"govae/contract"
	"govae/latent"
	"govae/onnx"
)

// PriorError says that a decoder has a prior of its own inside ([contract.Prior]), where codes
// of images, or points that were fitted to them, are needed: they are of another space.
type PriorError struct {
	Name  string // of the decoder
	Prior contract.Prior
}

func (e *PriorError) Error() string {
	return fmt.Sprintf("%s: draws its images from %v, so that codes of images are not its latent points; use the decoder that belongs to the encoder", e.Name, e.Prior)
}

// TakesCodes returns a [*PriorError] unless the latent points that d decodes are those of the
// model's encoder.
func (d *Decoder) TakesCodes() error {
	if p := d.contract.Metadata.Prior; p != nil {
		return &PriorError{d.name, *p}
	}
	return nil
}

// PriorTensors are what the file of a prior calls its inputs and its output.
type PriorTensors struct {
	Z     string `json:"z"`
	Label string `json:"label,omitempty"` // empty where each class has the same prior
	Point string `json:"point"`
}

// PriorFile returns an ONNX file of what d does to z before it decodes, and its tensors: noise z
// [batch, L], and the label [batch, classes] where each class has its own prior, become points of
// the latent space that the model's other decoder has. It is an error if d has no prior of its own.
func (d *Decoder) PriorFile() (data []byte, t PriorTensors, err error) {
	if d.contract.Metadata.Prior == nil {
		return nil, t, fmt.Errorf("%s: has no prior of its own", d.name)
	}
	part, err := d.model.Part(contract.PriorPoint)
	if err != nil {
		return nil, t, fmt.Errorf("%s: %w", d.name, err)
	}
	t = PriorTensors{Z: d.Tensors().Z, Point: contract.PriorPoint}
	if len(part.Graph.Inputs) > 1 {
		t.Label = d.Tensors().Label
	}
	data, err = part.Marshal()
	return data, t, err
}

// PriorPoints returns what d, which must have a prior of its own, makes of noise z [n, L] and its labels before it
// decodes: points [n, L] of the latent space that the model's other decoder has.
func (d *Decoder) PriorPoints(ctx context.Context, z []float32) ([]float32, error) {
	data, tensors, err := d.PriorFile()
	if err != nil {
		return nil, err
	}
	l := d.Latent()
	if len(z)%l != 0 {
		return nil, fmt.Errorf("%s: %d values are no latent points of %d dimensions", d.name, len(z), l)
	}
	var points []float32
	const most = 4096 // rows at a time
	for rows := range slices.Chunk(z, most*l) {
		n := len(rows) / l
		inputs := []*onnx.Tensor{onnx.Float32Tensor(tensors.Z, []int64{int64(n), int64(l)}, rows)}
		if tensors.Label != "" {
			label, err := d.labels(len(points)/l, n)
			if err != nil {
				return nil, err
			}
			inputs = append(inputs, onnx.Float32Tensor(tensors.Label, []int64{int64(n), int64(len(d.Classes()))}, label))
		}
		outputs, err := d.engine.Run(ctx, data, inputs...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.name, err)
		}
		made, err := outputs[0].Float32s()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.name, err)
		}
		points = append(points, made...)
	}
	return points, nil
}

// ClassPrior returns the distributions of the codes of classes that d, which must have a prior by class, has
// inside, for [Encoder.ToClass].
func (d *Decoder) ClassPrior() (*latent.ClassPrior, error) {
	if p := d.contract.Metadata.Prior; p == nil || !p.ByClass {
		return nil, fmt.Errorf("%s: has no prior of its own for each class", d.name)
	}
	var weights [2][]float32
	var err error
	dims := 0
	for i, name := range []string{contract.PriorMeans, contract.PriorFactors} {
		t := d.model.Graph.Initializer(name)
		if t == nil {
			return nil, fmt.Errorf("%s: has a prior for each class, and no %s", d.name, name)
		}
		if weights[i], err = t.Float32s(); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", d.name, name, err)
		}
		if n := len(t.Shape); n > 0 {
			dims = int(t.Shape[n-1]) // of the last one, [classes*L, L]
		}
	}
	p, err := latent.NewClassPrior(dims, weights[0], weights[1])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.name, err)
	}
	return p, nil
}

// ToClass returns the edits that move the code of a row from the class that e's label tells of it
// to another one, by where codes of these lie ([Decoder.ClassPrior] of a sampler). One without a label is a [*LabelError]; p must have
// the classes of e.
func (e *Encoder) ToClass(p *latent.ClassPrior, class int) (func(row int) []latent.Edit, error) {
	if e.label == nil {
		return nil, &LabelError{Name: e.name, Classes: e.Classes()}
	}
	n := len(e.Classes())
	if p.Classes() != n {
		return nil, fmt.Errorf("%s: has %d classes, and the distributions are of %d", e.name, n, p.Classes())
	}
	if class < 0 || class >= n {
		return nil, fmt.Errorf("%s: there is no class %d: the model has the classes 0 to %d", e.name, class, n-1)
	}
	return func(row int) []latent.Edit {
		weights := make([]float32, p.Classes())
		if err := e.label(row, weights); err != nil {
			return []latent.Edit{func([]float32) error { return err }}
		}
		from := slices.Index(weights, slices.Max(weights))
		return []latent.Edit{p.Move(from, class)}
	}, nil
}
