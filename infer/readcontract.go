package infer

import (
	"errors"

	"govae/engine"
	"govae/onnx"
)

// readContract reads the contract of a model. Shapes of outputs that neither the file nor
// what is known of its operators tells are taken from a probe run, and are then in the model.
func (s *source) readContract(o Options) (Contract, error) {
	c, err := ReadContract(s.model, o.Layout)
	if err == nil {
		return c, nil
	}
	var unsupported *onnx.UnsupportedError
	if problem := s.model.Check(); problem != nil && !errors.As(problem, &unsupported) {
		return Contract{}, problem // and no wonder
	}
	e, newErr := engine.New(o.Engine)
	if newErr != nil {
		return Contract{}, err
	}
	m, probeErr := e.Probe(s.model)
	switch {
	case errors.As(probeErr, &unsupported):
		return Contract{}, probeErr
	case probeErr != nil || m == s.model:
		return Contract{}, err
	}
	if c, err = ReadContract(m, o.Layout); err == nil {
		s.model = m
	}
	return c, err
}
