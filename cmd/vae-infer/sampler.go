package main

import (
	"path/filepath"

	"govae/contract"
	"govae/onnx"
)

// samplerFile is what vae-export writes beside a decoder for better samples.
const samplerFile = "sampler.onnx"

// chosen is the decoder to draw with: the sampler beside --decoder if it is of the same model.
func (s *sampling) chosen() string {
	path := filepath.Join(filepath.Dir(s.decoder), samplerFile)
	sampler, err := metadataOf(path)
	if err != nil || sampler.Prior == nil { // none was asked for
		return s.decoder
	}
	decoder, err := metadataOf(s.decoder)
	if err != nil || decoder.ModelID == "" || decoder.ModelID != sampler.Prior.ModelID {
		return s.decoder
	}
	s.app.Notef("drawn by %s from %v; for N(0, I) give --decoder %s", path, sampler.Prior, s.decoder)
	return path
}

// metadataOf reads what a file tells about itself, without an engine.
func metadataOf(path string) (contract.Metadata, error) {
	m, err := onnx.ReadFile(path)
	if err != nil {
		return contract.Metadata{}, err
	}
	return contract.Read(m)
}
