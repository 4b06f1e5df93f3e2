package adapt

import (
	"fmt"
	"math"
	"slices"

	"govae/contract"
	"govae/images"
	"govae/onnx"
)

// format is how a file has images: what must be done to bring them to [C, H, W] in [0, 1].
type format struct {
	shape  images.Shape
	row    []int // in the file
	last   bool  // channels come last
	pixels string
	cut    bool // values may be beyond the range
}

// given is the range of the images that an output of this format is: of logits, of their sigmoid.
func (f format) given() string {
	if f.pixels == Logits {
		return Unit
	}
	return f.pixels
}

// isWhole reports whether values of a type are whole numbers: integers, bytes or bools.
func isWhole(t onnx.DataType) bool { return isInteger(t) || t.Size() == 1 }

// chooseFormat finds out the size and the layout of images that lie in rows of t.
func (a *adapter) chooseFormat(t tensor) (format, error) {
	f := format{row: t.row}
	row := t.row
	if len(row) > 1 { // [1, N] and [N, 1] are flat, too
		if n := volume(row); slices.Max(row) == n {
			row = []int{n}
		}
	}
	layout := a.o.Layout
	switch len(row) {
	case 1:
		if a.o.Layout == "" {
			layout = a.known.layout
		}
		return f, a.flat(&f, t, row[0], layout)
	case 2:
		f.shape = images.Shape{H: row[0], W: row[1], C: 1}
		a.note("images %v have no channels: taken as grey", t.row)
		return f, nil
	case 3:
	default:
		return f, fmt.Errorf("%.40q gives rows of the shape %v, and images have at most 3 dimensions", t.name, t.row)
	}
	switch first, last := isChannels(row[0]), isChannels(row[2]); {
	case layout != "":
		f.last = layout == NHWC
	case first && last && row[0] == row[2] && row[1] == 1:
		// the same numbers either way
	case first && last:
		return f, ask("Layout", layouts, "images of %.40q are %v: the channels may come first or last", t.name, t.row)
	default:
		f.last = last
	}
	f.shape = images.Shape{H: row[1], W: row[2], C: row[0]}
	if f.last {
		f.shape = images.Shape{H: row[0], W: row[1], C: row[2]}
		if a.o.Layout == "" {
			a.note("images have their channels last: moved to the front")
		}
	}
	if !isChannels(f.shape.C) {
		return f, fmt.Errorf("images of %.40q are %v: %d channels, want 1 (grey) or 3 (colour)", t.name, t.row, f.shape.C)
	}
	return f, nil
}

// flat finds the size of images that lie in rows of n numbers.
func (a *adapter) flat(f *format, t tensor, n int, layout string) error {
	size := a.o.Size
	if size == (images.Shape{}) {
		size = a.known.size
	}
	if size == (images.Shape{}) {
		example := "28x28"
		for c := 1; c <= 3; c += 2 {
			if side := int(math.Round(math.Sqrt(float64(n / c)))); side*side*c == n {
				example = fmt.Sprintf("%dx%d", side, side)
				break
			}
		}
		return ask("Size", []string{"such as " + example}, "images of %.40q lie flat in rows of %d numbers", t.name, n)
	}
	f.shape = images.Shape{H: size.H, W: size.W, C: n / (size.H * size.W)}
	if f.shape.Len() != n || !isChannels(f.shape.C) {
		return fmt.Errorf("images of %.40q lie flat in rows of %d numbers, which are no images of %dx%d with 1 or 3 channels", t.name, n, size.H, size.W)
	}
	if f.shape.C == 3 && layout == "" {
		return ask("Layout", layouts, "colour images of %.40q lie flat in rows of %d numbers", t.name, n)
	}
	f.last = layout == NHWC
	a.found.layout = layout
	a.note("rows of %d numbers are images of %dx%d", n, size.H, size.W)
	return nil
}

// toFile adds what brings images of the contract to the form of the file.
func (c *chain) toFile(f format) *chain {
	switch f.pixels {
	case Signed:
		c.scale(2, -1)
	case Bytes:
		c.scale(255, 0)
	}
	if f.last && f.shape.C > 1 {
		c.transpose(0, 2, 3, 1)
	}
	if !slices.Equal(f.row, f.moved()) {
		c.reshape(f.row...)
	}
	return c
}

// moved is the shape of an image after toFile has transposed it.
func (f format) moved() []int {
	if f.last && f.shape.C > 1 {
		return []int{f.shape.H, f.shape.W, f.shape.C}
	}
	return []int{f.shape.C, f.shape.H, f.shape.W}
}

// toContract adds what brings images of the file to [C, H, W] in [0, 1].
func (c *chain) toContract(f format) *chain {
	if !slices.Equal(f.row, f.moved()) {
		c.reshape(f.moved()...)
	}
	if f.last && f.shape.C > 1 {
		c.transpose(0, 3, 1, 2)
	}
	switch f.pixels {
	case Signed:
		c.scale(0.5, 0.5)
	case Bytes:
		c.scale(1.0/255, 0)
	case Logits:
		return c.then("Sigmoid", "sigmoid", nil)
	}
	if f.cut {
		c.clip(0, 1)
	}
	return c
}

// outputPixels finds the range of an output of images.
func (a *adapter) outputPixels(t tensor, f *format) error {
	if isWhole(t.kind) {
		return a.outputIntegers(t, f)
	}
	s := spans(a.graph)[t.value]
	known := ""
	switch close := func(x, y float64) bool { return math.Abs(x-y) <= 1e-5*max(1, math.Abs(y)) }; {
	case s.lo >= -1e-5 && s.hi <= 1+1e-5:
		known = Unit
	case close(s.lo, -1) && close(s.hi, 1):
		known = Signed
	case close(s.lo, 0) && close(s.hi, 255):
		known = Bytes
	}
	var lo, hi float64
	if known == "" {
		var err error
		if lo, hi, err = a.extent(t.value); err != nil {
			return err
		}
	}
	if known == "" && s.opaque { // the graph hides it: values that come near both ends tell
		switch {
		case lo >= 0 && hi <= 1 && lo < 0.05 && hi > 0.95:
			known = Unit
		case lo >= -1 && hi <= 1 && lo < -0.95 && hi > 0.95:
			known = Signed
		case lo >= 0 && hi <= 255 && lo < 12 && hi > 242:
			known = Bytes
		}
	}
	f.pixels = known
	if a.o.Pixels != "" {
		f.pixels, f.cut = a.o.Pixels, known == "" || known != a.o.Pixels
	}
	switch {
	case f.pixels == "" && s.bounded():
		return ask("Pixels", ranges, "the output %.40q lies in [%.4g, %.4g], which is none of the usual ranges of pixels", t.name, s.lo, s.hi)
	case f.pixels == "":
		return ask("Pixels", ranges, "the output %.40q has no bounds (a run gave values from %.3g to %.3g)", t.name, lo, hi)
	case f.pixels == Logits && known == Unit:
		return fmt.Errorf("the output %.40q lies in [0, 1]: these are no logits", t.name)
	case a.o.Pixels == "":
		a.noteRange(f.pixels)
	}
	return nil
}

// outputIntegers is outputPixels of whole numbers, of which a run tells whether they are bytes.
func (a *adapter) outputIntegers(t tensor, f *format) error {
	lo, hi, err := a.extent(t.value)
	if err != nil {
		return err
	}
	f.cut = true
	switch {
	case t.kind == onnx.Bool:
		f.pixels = Unit
		a.note("the output is bool: black and white")
	case lo >= 0 && hi > 1 && hi <= 255:
		f.pixels = Bytes
		a.note("the output is %v: divided by 255", t.kind)
	case a.o.Pixels != "" && a.o.Pixels != Logits:
		f.pixels = a.o.Pixels
	default:
		return ask("Pixels", ranges, "the output %.40q is %v (a run gave values from %.3g to %.3g)", t.name, t.kind, lo, hi)
	}
	return nil
}

func (a *adapter) noteRange(pixels string) {
	switch pixels {
	case Signed:
		a.note("the output lies in [-1, 1]: mapped to [0, 1]")
	case Bytes:
		a.note("the output lies in [0, 255]: mapped to [0, 1]")
	}
}

// inputPixels finds the range of the images that a model takes: that which its first nodes take to
// the usual ones, or else that in which its decoder gives images. An option goes before them where
// there is no decoder that it may be about.
func (a *adapter) inputPixels(t tensor, f *format) {
	told := a.rescaled(t.value)
	given := a.o.Pixels != "" && a.o.Pixels != Logits
	switch {
	case isWhole(t.kind):
		f.pixels = Bytes
	case given && a.known.pixels == "":
		f.pixels = a.o.Pixels
	case told != "":
		if f.pixels = told; told != a.known.pixels {
			a.note("images are taken in %s, as the first nodes tell", interval(told))
		}
	case given:
		f.pixels = a.o.Pixels
	case a.known.pixels != "":
		if f.pixels = a.known.pixels; f.pixels != Unit && a.role == contract.Encoder {
			a.note("images are taken as the decoder gives them, in %s", interval(f.pixels))
		}
	default:
		f.pixels = Unit
		if a.o.Pixels == "" {
			a.note("images are taken in [0, 1], as nothing says otherwise")
		}
	}
}

func interval(pixels string) string {
	return map[string]string{Unit: "[0, 1]", Signed: "[-1, 1]", Bytes: "[0, 255]"}[pixels]
}

// rescaled returns the range of images that the first nodes of a model take to [0, 1] or
// [-1, 1], as x/255, (x-128)/128, 2x-1 and (x+1)/2 do; "" if they do not.
func (a *adapter) rescaled(input string) string {
	starts := map[string]span{Bytes: {lo: 0, hi: 255}, Unit: {lo: 0, hi: 1}, Signed: {lo: -1, hi: 1}}
	for _, pixels := range []string{Bytes, Unit, Signed} {
		start := starts[pixels]
		s, value := start, input
		for steps := 0; ; steps++ {
			at := slices.IndexFunc(a.graph.Nodes, func(n node) bool { return slices.Contains(n.Inputs, value) })
			if at < 0 || !slices.Contains([]string{"Add", "Sub", "Mul", "Div", "Cast", "Identity", "Transpose", "Reshape", "Flatten"}, a.graph.Nodes[at].Op) {
				same := near(s.lo, start.lo) && near(s.hi, start.hi) // or nearly: a small number was added
				if steps > 0 && !same && (near(s.lo, 0) || near(s.lo, -1)) && near(s.hi, 1) {
					return pixels
				}
				break
			}
			n := a.graph.Nodes[at]
			s = through(n, func(name string) span {
				if name == value {
					return s
				}
				return a.spanOfConstant(name)
			})
			value = n.Outputs[0]
		}
	}
	return ""
}

// near allows for 128 and 256 in the place of 127.5 and 255.
func near(x, y float64) bool { return math.Abs(x-y) < 1e-2 }

func (a *adapter) spanOfConstant(name string) span {
	if t := a.graph.Initializer(name); t != nil {
		return spanOf(t)
	}
	for _, n := range a.graph.Nodes {
		if n.Op == "Constant" && slices.Contains(n.Outputs, name) {
			return through(n, nil)
		}
	}
	return everything
}
