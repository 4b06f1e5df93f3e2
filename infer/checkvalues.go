package infer

import (
	"context"
	"errors"
	"fmt"

	"govae/contract"
)

// CheckValues runs the model on the inputs that the file gives for this purpose
// ([contract.Check]) and compares the outputs with the values that
// stand beside them, so that a program can test itself, engine and machine
// included. It returns the largest difference, max|got-want| / max(1, max|want|),
// and an error if one is above the file's tolerance or the file holds no such
// values.
func (s *session) CheckValues(ctx context.Context) (difference float64, err error) {
	raw := *s
	raw.unchecked = true // they are compared
	return s.checkValues([]int{s.contract.inputSize()}, func(inputs [][]float32) ([][]float32, error) {
		return raw.outputs(ctx, inputs[0], labelAmong(inputs, 1))
	})
}

// labelAmong is the label after other inputs, nil if there is none.
func labelAmong(inputs [][]float32, others int) []float32 {
	if len(inputs) > others {
		return inputs[others]
	}
	return nil
}

// checkValues is CheckValues for inputs with rows of these widths, and those of the label of
// a conditional model.
func (s *session) checkValues(widths []int, run func(inputs [][]float32) (outputs [][]float32, err error)) (difference float64, err error) {
	if n := s.contract.conditions(); n > 0 {
		widths = append(widths, n)
	}
	metadata := s.contract.Metadata
	if err := metadata.Err(contract.KeyCheck); errors.Is(err, contract.ErrMissing) {
		return 0, noCheckValues(s.name)
	} else if err != nil {
		return 0, fmt.Errorf("%s: %w", s.name, err)
	}
	check := metadata.Check
	for i, c := range check.Cases {
		other := func(n int, what string, want int) error {
			return fmt.Errorf("%s: metadata %s: case %d has %d %s, and the model %d; export the model again", s.name, contract.KeyCheck, i, n, what, want)
		}
		if n := len(c.Inputs); n != len(widths) {
			return 0, other(n, "inputs", len(widths))
		}
		var inputs [][]float32
		for j, width := range widths {
			inputs = append(inputs, c.Inputs[j].Values(c.Rows*width))
		}
		outputs, err := run(inputs)
		if err != nil {
			return 0, err
		}
		if n := len(c.Outputs); n != len(outputs) {
			return 0, other(n, "outputs", len(outputs))
		}
		for j, want := range c.Outputs {
			difference = max(difference, want.Difference(outputs[j]))
		}
	}
	if !(difference <= check.Tolerance) {
		return difference, fmt.Errorf("%s: the check values differ by %.2g, more than %g, in %s: the file or the engine is damaged", s.name, difference, check.Tolerance, s.Engine())
	}
	return difference, nil
}

// outputs maps rows of the inputs to the outputs, with images as [C, H, W].
func (s *session) outputs(ctx context.Context, input, label []float32) ([][]float32, error) {
	out, err := s.runLabelled(ctx, input, label)
	if err == nil && s.contract.Role != RoleEncoder && s.contract.Role != RoleClassifier {
		out[0] = s.images(out[0]).Pixels
	}
	return out, err
}
