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
