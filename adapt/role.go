package adapt

import (
	"fmt"
	"slices"
	"strings"

	"govae/contract"
	"govae/onnx"
)

type node = *onnx.Node

// chooseRole tells by sizes what the file does: a decoder makes more numbers, an encoder fewer,
// an autoencoder as many.
func (a *adapter) chooseRole() {
	in := a.data.row
	largest := a.outputs[0]
	sameAs := false
	means := false
	for _, t := range a.outputs {
		if volume(t.row) > volume(largest.row) {
			largest = t
		}
		sameAs = sameAs || slices.Equal(t.row, in)
		means = means || outputOf(t.name) == OutputMean
	}
	n, m := volume(in), volume(largest.row)
	image := len(in) == 3 && (isChannels(in[0]) || isChannels(in[2])) && slices.Max(in) < n || len(in) == 2
	codes := !slices.ContainsFunc(a.outputs, func(t tensor) bool { return len(t.row) > 1 && slices.Max(t.row) < volume(t.row) })
	switch {
	case sameAs && len(in) == 1 && len(a.roles) == 1: // 4 numbers may be a latent point, and an image of 2x2
		a.role = a.roles[0]
	case sameAs && !(means && len(a.roles) == 1 && a.roles[0] == contract.Encoder):
		a.role = contract.Autoencoder
	case sameAs, len(a.o.EncoderOutputs) > 0 && len(a.roles) == 1 && a.roles[0] == contract.Encoder:
		a.role = contract.Encoder
	case image && codes:
		a.role = contract.Encoder
	case m > n || len(in) == 1 && len(largest.row) > 1:
		a.role = contract.Decoder
	default:
		a.role = contract.Encoder
	}
}

// decoder rewrites z -> image.
func (a *adapter) decoder() error {
	if t := a.data; isWhole(t.kind) {
		return fmt.Errorf("input %.40q is %v: these are numbers of entries in a table, as a VQ-VAE has them, and no points of a normal distribution", t.name, t.kind)
	}
	t, err := a.imageOf(a.o.DecoderOutputs)
	if err != nil {
		return err
	}
	f, err := a.outputImage(t)
	if err != nil {
		return err
	}
	row := a.data.row
	a.found.size, a.found.pixels, a.found.point = f.shape, f.given(), row
	a.sizes.Latent, a.sizes.Image = volume(row), f.shape
	a.setInput(a.data, contract.Z, []int{a.sizes.Latent}, func(c *chain) {
		if len(row) > 1 {
			a.note("a latent point is %s: taken as %d numbers", by(row), a.sizes.Latent)
			c.reshape(row...)
		}
	})
	a.graph.Outputs = []onnx.ValueInfo{a.setOutput(t, contract.Image, []int{f.shape.C, f.shape.H, f.shape.W}, func(c *chain) { c.toContract(f) })}
	a.order(contract.Z)
	return nil
}

// outputImage makes an image the only output, and finds out how the file has its pixels.
func (a *adapter) outputImage(t tensor) (f format, err error) {
	if err := t.check(); err != nil {
		return f, err
	}
	if f, err = a.chooseFormat(t); err != nil {
		return f, err
	}
	a.keep(t)
	err = a.outputPixels(t, &f)
	return f, err
}

// keep leaves out the outputs but those given.
func (a *adapter) keep(kept ...tensor) {
	var left []string
	for _, t := range a.outputs {
		if !slices.ContainsFunc(kept, func(k tensor) bool { return k.value == t.value }) {
			left = append(left, fmt.Sprintf("%.40q", t.name))
		}
	}
	switch len(left) {
	case 0:
	case 1:
		a.note("without the output %s", left[0])
	default:
		a.note("without the outputs %s", strings.Join(left, ", "))
	}
	a.outputs = kept
	a.setOutputs()
	a.prune()
}

// imageOf chooses the output that is an image.
func (a *adapter) imageOf(told []string) (tensor, error) {
	if len(told) > 0 {
		i := slices.Index(told, OutputImage)
		if i < 0 || len(told) != a.files || a.at(i) == nil {
			return tensor{}, fmt.Errorf("%d outputs are told, of which one must be %q; the model has %s", len(told), OutputImage, list(a.outputs))
		}
		return *a.at(i), nil
	}
	var images, named []tensor
	for _, t := range a.outputs {
		if len(t.row) == 3 && (isChannels(t.row[0]) || isChannels(t.row[2])) || len(t.row) == 2 {
			images = append(images, t)
		}
	}
	if len(images) == 0 {
		images = a.outputs
	}
	for _, t := range images {
		if isImage(t.name) {
			named = append(named, t)
		}
	}
	switch {
	case len(images) == 1:
		return images[0], nil
	case len(named) == 1:
		return named[0], nil
	}
	answer := append([]string{OutputImage}, slices.Repeat([]string{OutputNone}, a.files-1)...)
	return tensor{}, ask("DecoderOutputs", []string{"such as " + strings.Join(answer, ",")}, "the outputs %s may all be images", list(images))
}

// at is the output of that index in the file, nil if it has no row for each of the input.
func (a *adapter) at(i int) *tensor {
	for k := range a.outputs {
		if a.outputs[k].index == i {
			return &a.outputs[k]
		}
	}
	return nil
}

// order puts the inputs in the order of the contract.
func (a *adapter) order(first string) {
	slices.SortStableFunc(a.graph.Inputs, func(x, y onnx.ValueInfo) int {
		place := func(name string) int {
			switch name {
			case first:
				return 0
			case contract.Label:
				return 1
			}
			return 2
		}
		return place(x.Name) - place(y.Name)
	})
}

// autoencoder rewrites image -> reconstruction.
func (a *adapter) autoencoder() error {
	var t tensor
	for _, o := range a.outputs {
		if t.row == nil && slices.Equal(o.row, a.data.row) {
			t = o
		}
	}
	f, err := a.outputImage(t)
	if err != nil {
		return err
	}
	a.known.pixels = f.given()
	g := f
	a.inputPixels(*a.data, &g)
	a.sizes.Image = f.shape
	row := []int{f.shape.C, f.shape.H, f.shape.W}
	a.setInput(a.data, contract.Image, row, func(c *chain) { c.toFile(g) })
	a.graph.Outputs = []onnx.ValueInfo{a.setOutput(t, contract.Reconstruction, row, func(c *chain) { c.toContract(f) })}
	a.order(contract.Image)
	return nil
}
