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

// PriorFile returns an ONNX file of what d does to z before it decodes, and what that calls its
// input and its output: noise z [batch, L] becomes points of the latent space that the model's
// other decoder has. It is an error if d has no prior of its own.
func (d *Decoder) PriorFile() (data []byte, z, point string, err error) {
	if d.contract.Metadata.Prior == nil {
		return nil, "", "", fmt.Errorf("%s: has no prior of its own", d.name)
	}
	part, err := d.model.Part(contract.PriorPoint)
	if err != nil {
		return nil, "", "", fmt.Errorf("%s: %w", d.name, err)
	}
	data, err = part.Marshal()
	return data, d.Tensors().Z, contract.PriorPoint, err
}
