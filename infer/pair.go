package infer

import (
	"fmt"

	"govae/contract"
)

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
	if err := decoder.checkModel(encoder.name, e.ModelID, e.Latent, remedy); err != nil {
		return err
	}
	if e.C != d.C || e.H != d.H || e.W != d.W {
		return fmt.Errorf("%s is made for %dx%dx%d images, %s for %dx%dx%d; %s", encoder.name, e.C, e.H, e.W, decoder.name, d.C, d.H, d.W, remedy)
	}
	return nil
}

// checkModel returns an error unless something with this model id, empty if it tells
// none, and these latent dimensions can belong to the session's model.
func (s *Session) checkModel(what, id string, latent int, remedy string) error {
	switch {
	case id != "" && s.ModelID != "" && id != s.ModelID:
		return fmt.Errorf("%s and %s come from different models (%s %.8s… and %.8s…); %s", what, s.name, contract.KeyModelID, id, s.ModelID, remedy)
	case latent != s.Latent:
		return fmt.Errorf("%s has %d latent dimensions, and %s %d; %s", what, latent, s.name, s.Latent, remedy)
	}
	return nil
}
