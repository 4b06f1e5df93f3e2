package infer

import (
	"fmt"

	"govae/latent"
)

// Space returns the model's latent space.
func (s *Session) Space() latent.Space {
	return latent.Space{Name: s.name, ModelID: s.ModelID, Dims: s.Latent}
}

// CheckPair returns an error unless encoder and decoder are what they are
// called, are made for one size, and come from one model as far as they tell.
func CheckPair(encoder, decoder *Session) error {
	if err := encoder.want(Encoder); err != nil {
		return err
	}
	if err := decoder.want(Decoder); err != nil {
		return err
	}
	const remedy = "use the two files of one export"
	e, d := encoder.Contract, decoder.Contract
	if err := decoder.Space().Check(encoder.name, e.ModelID, e.Latent, remedy); err != nil {
		return err
	}
	if e.C != d.C || e.H != d.H || e.W != d.W {
		return fmt.Errorf("%s is made for %dx%dx%d images, %s for %dx%dx%d; %s", encoder.name, e.C, e.H, e.W, decoder.name, d.C, d.H, d.W, remedy)
	}
	return nil
}
