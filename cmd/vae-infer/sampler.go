package main

import (
	"context"
	"slices"

	"govae/contract"
	"govae/infer"
	"govae/internal/printable"
	"govae/latent"
	"govae/onnx"
)

// chosen returns the path of the decoder to draw with: the sampler beside --decoder if there is one.
// otherwise ends the note about that and says how to draw from N(0, I).
func (m *modelFlags) chosen(otherwise string) string {
	decoder, err := onnx.ReadFile(m.decoder)
	if err != nil || !slices.ContainsFunc(decoder.Graph.Inputs, func(v onnx.ValueInfo) bool { return v.Name == contract.Z }) {
		return m.decoder // opening it will fail and say why
	}
	metadata, _ := contract.Read(decoder)
	path, sampler := contract.ReadSampler(m.decoder, metadata.ModelID)
	switch {
	case sampler == nil:
		if metadata.Prior == nil && metadata.ModelID != "" && contract.HasPrior(metadata.Latent) {
			m.app.Notef("drawn from N(0, I), as no %s of the model lies beside %s: it draws the better images", contract.SamplerFile, m.decoder)
		}
		return m.decoder
	case sampler.Precision != metadata.Precision:
		m.app.Notef("drawn from N(0, I): %s has its weights in %s, and %s in %s", path, sampler.Precision, m.decoder, metadata.Precision)
		return m.decoder
	}
	m.app.Notef("drawn by %s from %v%s", path, sampler.Prior, otherwise)
	return path
}

// draw returns n points of the latent space of decoder, from the prior of the sampler beside it, or from
// N(0, I) if there is none.
func (m *modelFlags) draw(ctx context.Context, decoder *infer.Decoder, n int, o latent.SampleOptions) ([][]float32, error) {
	points, err := latent.Collect(latent.Prior(decoder.Latent(), n, o))
	path, beside := contract.ReadSampler(m.decoder, decoder.Space().ModelID)
	if err != nil || beside == nil {
		return points, err
	}
	m.app.Notef("random points are drawn by %s from %v", path, beside.Prior)
	sampler, err := openAs(m, path, infer.OpenDecoder)
	if err != nil {
		return nil, err
	}
	defer sampler.Close()
	if sampler, err = ofClass(m, sampler); err != nil {
		return nil, err
	}
	drawn, err := sampler.PriorPoints(ctx, slices.Concat(points...))
	if err != nil {
		return nil, err
	}
	return slices.Collect(slices.Chunk(drawn, decoder.Latent())), nil
}

// classPrior returns the distribution of the codes of each class, which the sampler beside --decoder
// holds, and the number of the class to move codes to, and prints a note. It is nil if there is no
// such sampler of s's model, or if all classes have one prior.
func (m *modelFlags) classPrior(s infer.Session, to string) (p *latent.ClassPrior, class int, err error) {
	path, beside := contract.ReadSampler(m.decoder, s.Space().ModelID)
	if beside == nil || !beside.Prior.ByClass {
		return nil, 0, nil
	}
	if class, err = targetClass(s, to); err != nil {
		return nil, 0, err
	}
	sampler, err := openAs(m, path, infer.OpenDecoder)
	if err != nil {
		return nil, 0, err
	}
	defer sampler.Close()
	if p, err = sampler.ClassPrior(); err != nil {
		return nil, 0, err
	}
	m.app.Notef("codes move to where those of class %s lie, as %s beside the decoder knows", printable.Name(s.Classes()[class]), contract.SamplerFile)
	return p, class, nil
}
