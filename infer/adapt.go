package infer

import (
	"slices"
	"strings"

	"govae/adapt"
	"govae/engine"
)

// understood is the source with a model of the contract, which one of another program becomes
// by package adapt.
func (s source) understood(o Options, roles []Role) source {
	if s.err != nil || !adapt.Foreign(s.model) {
		return s
	}
	e, err := engine.New(o.Engine)
	if err != nil {
		s.err = err
		return s
	}
	m, err := adapt.Adapt(s.model, e, o.Foreign, roles...)
	if err != nil {
		return s.because(err)
	}
	return s.become(m)
}

// become is the source with the adapted model.
func (s source) become(m *adapt.Model) source {
	data, err := m.Marshal()
	return source{name: s.name, model: m.Model, data: data, adapted: m.Notes}.because(err)
}

// understoodPair is the two files of a model with what one tells about the other.
func understoodPair(decoder, encoder source, o Options) (d, e source) {
	if decoder.err != nil || encoder.err != nil || !adapt.Foreign(decoder.model) && !adapt.Foreign(encoder.model) {
		return decoder, encoder
	}
	runs, err := engine.New(o.Engine)
	if err != nil {
		decoder.err = err
		return decoder, encoder
	}
	m, n, which, err := adapt.Pair(decoder.model, encoder.model, runs, o.Foreign)
	switch {
	case err != nil && which == RoleDecoder:
		return decoder.because(err), encoder
	case err != nil:
		return decoder, encoder.because(err)
	}
	if adapt.Foreign(decoder.model) {
		decoder = decoder.become(m)
	}
	if adapt.Foreign(encoder.model) {
		encoder = encoder.become(n)
	}
	return decoder, encoder
}

// Adapted tells what a file of another program was found to mean and what was done about it,
// one clause each; nil for one of this project, or where there was nothing to do.
func (s *session) Adapted() []string { return s.adapted }

// Adapted is that of the decoder, as [Session] has it, with that of the encoder as its last
// clause.
func (p *Pair) Adapted() []string {
	found := slices.Clone(p.Decoder.Adapted())
	if e := p.Encoder.Adapted(); len(e) > 0 {
		found = append(found, "of the encoder: "+strings.Join(e, ", "))
	}
	return found
}
