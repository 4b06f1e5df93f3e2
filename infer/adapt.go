package infer

import (
	"slices"
	"strings"

	"govae/adapt"
	"govae/engine"
)

// understood adapts a model of another program to the contract; other sources stay as they are.
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

// understoodPair is understood for the two files of a model, each of which helps to understand the
// other.
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

// Adapted says how the tensors of another program's file were understood and what was changed,
// one clause each; nil for a file of this project, or if nothing had to be changed.
func (s *session) Adapted() []string { return s.adapted }

// Adapted returns the decoder's clauses ([Session]), and those of the encoder as one more.
func (p *Pair) Adapted() []string {
	found := slices.Clone(p.Decoder.Adapted())
	if e := p.Encoder.Adapted(); len(e) > 0 {
		found = append(found, "of the encoder: "+strings.Join(e, ", "))
	}
	return found
}
