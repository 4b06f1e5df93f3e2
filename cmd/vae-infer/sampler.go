package main

import (
	"path/filepath"

	"govae/contract"
	"govae/infer"
	"govae/internal/printable"
	"govae/latent"
	"govae/onnx"
)

// chosen is the decoder to draw with: the sampler beside --decoder if there is one.
func (m *modelFlags) chosen() string {
	decoder, err := metadataOf(m.decoder)
	if err != nil { // which opening it tells
		return m.decoder
	}
	path, prior := m.sampler(decoder.ModelID)
	if prior == nil {
		return m.decoder
	}
	m.app.Notef("drawn by %s from %v; for N(0, I) give --decoder %s", path, prior, m.decoder)
	return path
}

// sampler returns the sampler beside --decoder, of the model id modelID, and its prior: nil if
// there is none that is of the same model.
func (m *modelFlags) sampler(modelID string) (path string, prior *contract.Prior) {
	path = filepath.Join(filepath.Dir(m.decoder), contract.SamplerFile)
	sampler, err := metadataOf(path)
	if err != nil || sampler.Prior == nil || modelID == "" || modelID != sampler.Prior.ModelID { // none was asked for
		return "", nil
	}
	return path, sampler.Prior
}

// classPrior returns where the codes of each class lie, as the sampler beside --decoder knows, and
// the number of the class to which codes move, which it notes; nil if there is no such sampler of
// s's model, or all classes have one prior.
func (m *modelFlags) classPrior(s infer.Session, to string) (p *latent.ClassPrior, class int, err error) {
	path, prior := m.sampler(s.Space().ModelID)
	if prior == nil || !prior.ByClass {
		return nil, 0, nil
	}
	if class, err = s.Class(to); err != nil {
		return nil, 0, err
	}
	if p, err = infer.ReadClassPrior(path); err != nil {
		return nil, 0, err
	}
	m.app.Notef("codes move to where those of class %s lie, as %s beside the decoder knows", printable.Name(s.Classes()[class]), contract.SamplerFile)
	return p, class, nil
}

// metadataOf reads what a file tells about itself, without an engine.
func metadataOf(path string) (contract.Metadata, error) {
	m, err := onnx.ReadFile(path)
	if err != nil {
		return contract.Metadata{}, err
	}
	return contract.Read(m)
}
