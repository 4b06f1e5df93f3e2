package adapt

import (
	"fmt"
	"slices"
	"strings"

	"govae/contract"
	"govae/onnx"
)

// codes are the outputs of an encoder by what they are.
type codes struct {
	mean, spread *tensor // spread is nil where there is the mean alone
	kind         string  // of spread: [OutputLogVar], [OutputStd], ...; [OutputMoments] if mean holds both
}

// encoder rewrites image -> mean, log_var.
func (a *adapter) encoder() error {
	f, err := a.chooseFormat(*a.data)
	if err != nil {
		return err
	}
	a.inputPixels(*a.data, &f)
	a.found.size, a.found.pixels = f.shape, f.pixels
	k, err := a.chooseCodes()
	if err != nil {
		return err
	}
	kept := []tensor{*k.mean}
	if k.spread != nil {
		if !slices.Equal(k.mean.row, k.spread.row) {
			return fmt.Errorf("%q and %q have rows of the shapes %v and %v, but mean and %s have the same", k.mean.name, k.spread.name, k.mean.row, k.spread.row, k.kind)
		}
		kept = append(kept, *k.spread)
	}
	for _, t := range kept {
		if err := t.check(); err != nil {
			return err
		}
	}
	a.keep(kept...)
	row := k.mean.row
	axis := 0 // along which moments lie
	if k.kind == OutputMoments {
		if axis, err = a.halves(row); err != nil {
			return err
		}
		row = slices.Clone(row)
		row[axis] /= 2
	}
	a.found.point = row
	a.sizes.Latent, a.sizes.Image = volume(row), f.shape
	a.setInput(a.data, contract.Image, []int{f.shape.C, f.shape.H, f.shape.W}, func(c *chain) { c.toFile(f) })
	if len(row) > 1 {
		a.note("a code is %s: taken as %d numbers", by(row), a.sizes.Latent)
	}
	a.graph.Outputs = a.codeOutputs(k, row, axis)
	a.order(contract.Image)
	return nil
}

// codeOutputs makes mean and log_var of the outputs that hold them. row is the shape of a code, and axis
// is that of moments along which the two lie.
func (a *adapter) codeOutputs(k codes, row []int, axis int) []onnx.ValueInfo {
	size := []int{a.sizes.Latent}
	flatten := func(c *chain) {
		if len(row) > 1 {
			c.reshape(a.sizes.Latent)
		}
	}
	if k.kind == OutputMoments {
		moments := a.outputs[0]
		half := func(first int) func(c *chain) {
			return func(c *chain) {
				at := make([]int64, row[axis])
				for i := range at {
					at[i] = int64(first + i)
				}
				flatten(c.then("Gather", "half", []string{a.ints("half_of_moments", at...)}, onnx.Int("axis", int64(axis+1))))
			}
		}
		return []onnx.ValueInfo{a.setOutput(moments, contract.Mean, size, half(0)), a.setOutput(moments, contract.LogVar, size, half(row[axis]))}
	}
	outputs := []onnx.ValueInfo{a.setOutput(a.outputs[0], contract.Mean, size, flatten)}
	if k.spread != nil {
		outputs = append(outputs, a.setOutput(a.outputs[1], contract.LogVar, size, func(c *chain) {
			switch k.kind {
			case OutputStd:
				c.then("Log", "log", nil).scale(2, 0)
			case OutputLogStd:
				c.scale(2, 0)
			case OutputVar:
				c.then("Log", "log", nil)
			}
			flatten(c)
		}))
	}
	return outputs
}

// chooseCodes finds mean and spread among the outputs.
func (a *adapter) chooseCodes() (k codes, err error) {
	told := a.o.EncoderOutputs
	if len(told) > 0 && len(told) != a.files {
		return k, fmt.Errorf("%d outputs are told, and the model has %d: %s", len(told), a.files, list(a.outputs))
	}
	var open []*tensor
	for i := range a.outputs {
		t := &a.outputs[i]
		what := outputOf(t.name)
		if len(told) > 0 {
			what = told[t.index]
		}
		switch {
		case what == OutputNone || what == OutputImage:
			if len(told) == 0 {
				open = append(open, t) // for want of others
			}
		case what == OutputMean && k.mean == nil && k.kind != OutputMoments:
			k.mean = t
		case what == OutputMoments && k.mean == nil:
			k.mean, k.kind = t, OutputMoments
		case what != "" && what != OutputMean && what != OutputMoments && k.spread == nil:
			k.spread, k.kind = t, what
		case len(told) > 0:
			return k, fmt.Errorf("the outputs are told to be %s, in which %s comes twice", strings.Join(told, ","), what)
		default:
			open = append(open, t)
		}
	}
	unnamed := slices.DeleteFunc(slices.Clone(open), func(t *tensor) bool { return outputOf(t.name) == OutputNone })
	switch {
	case k.kind == OutputMoments:
		k.spread = nil
		return k, nil
	case k.mean != nil && k.spread != nil:
		return k, a.checkSpread(k)
	case k.mean == nil && k.spread == nil && len(open) == 1: // there is nothing else
		k.mean = open[0]
		switch point := a.known.point; {
		case point != nil && volume(k.mean.row) == 2*volume(point):
			k.kind = OutputMoments
			a.note("%q holds mean and log variance, as the decoder takes half as many numbers", k.mean.name)
		case point == nil || volume(k.mean.row) != volume(point):
			a.note("%q is taken as the mean", k.mean.name)
		}
		return k, nil
	case k.mean != nil && len(unnamed) == 0:
		a.note("there is no variance")
		return k, nil
	case len(told) > 0:
		return k, fmt.Errorf("the outputs are told to be %s, and there must be a %s", strings.Join(told, ","), OutputMean)
	}
	answer := append([]string{OutputMean, OutputLogVar}, slices.Repeat([]string{OutputNone}, a.files)...)[:a.files]
	return k, ask("EncoderOutputs", []string{"such as " + strings.Join(answer, ","), "each one of " + strings.Join(outputs[1:], " ")}, "the names of the outputs %s do not tell which is the mean and which the variance", list(a.outputs))
}

// checkSpread makes sure that a standard deviation or variance is positive in a run.
func (a *adapter) checkSpread(k codes) error {
	if k.kind != OutputStd && k.kind != OutputVar {
		if k.kind == OutputLogStd {
			a.note("%q is the logarithm of the standard deviation", k.spread.name)
		}
		return nil
	}
	for _, v := range k.spread.values {
		if v <= 0 {
			return ask("EncoderOutputs", []string{"such as " + OutputMean + "," + OutputLogVar}, "the output %.40q has the name of a %s and was %.3g in a run, which none is", k.spread.name, k.kind, v)
		}
	}
	a.note("%q is the %s: log_var is made of it", k.spread.name, map[string]string{OutputStd: "standard deviation", OutputVar: "variance"}[k.kind])
	return nil
}

// halves returns the axis of a row along which means and log variances lie: the channels.
func (a *adapter) halves(row []int) (axis int, err error) {
	if point := a.known.point; len(point) == len(row) {
		for i := range row {
			if row[i] == 2*point[i] {
				axis = i
			}
		}
	}
	if len(row) == 0 || row[axis]%2 != 0 {
		return 0, fmt.Errorf("moments of the shape %v do not split into mean and log variance", row)
	}
	return axis, nil
}
