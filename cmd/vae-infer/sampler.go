package main

import (
	"path/filepath"

	"govae/contract"
	"govae/onnx"
)

// samplerFile is what vae-export writes beside a decoder for better samples.
const samplerFile = "sampler.onnx"

// chosen is the decoder to draw with: the sampler beside --decoder if there is one.
func (s *sampling) chosen() string {
	path, prior := s.sampler()
	if prior == nil {
		return s.decoder
	}
	s.app.Notef("drawn by %s from %v; for N(0, I) give --decoder %s", path, prior, s.decoder)
	return path
}

// sampler returns the sampler beside --decoder and its prior, nil if there is none that is of
// the same model.
func (m *modelFlags) sampler() (path string, prior *contract.Prior) {
	path = filepath.Join(filepath.Dir(m.decoder), samplerFile)
	sampler, err := metadataOf(path)
	if err != nil || sampler.Prior == nil { // none was asked for
		return "", nil
	}
	decoder, err := metadataOf(m.decoder)
	if err != nil || decoder.ModelID == "" || decoder.ModelID != sampler.Prior.ModelID {
		return "", nil
	}
	return path, sampler.Prior
}

// metadataOf reads what a file tells about itself, without an engine.
func metadataOf(path string) (contract.Metadata, error) {
	m, err := onnx.ReadFile(path)
	if err != nil {
		return contract.Metadata{}, err
	}
	return contract.Read(m)
}
