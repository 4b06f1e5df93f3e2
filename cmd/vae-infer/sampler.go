package main

import (
	"path/filepath"

	"govae/infer"
)

// samplerFile is what vae-export writes beside a decoder for better samples.
const samplerFile = "sampler.onnx"

// better returns the sampler beside decoder if it is of the same model, and closes decoder
// then; else it returns decoder.
func (s *sampling) better(decoder *infer.Decoder) *infer.Decoder {
	sampler, err := openAs(s.modelFlags, filepath.Join(filepath.Dir(s.decoder), samplerFile), infer.OpenDecoder)
	if err != nil { // none was asked for
		return decoder
	}
	id, prior := decoder.Contract().Metadata.ModelID, sampler.Contract().Metadata.Prior
	if prior == nil || id == "" || prior.ModelID != id {
		sampler.Close()
		return decoder
	}
	s.app.Notef("drawn by %s from %v; for N(0, I) give --decoder %s", sampler.Space().Name, prior, s.decoder)
	decoder.Close()
	return sampler
}
