package infer

import (
	"fmt"

	"govae/contract"
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
