package adapt

import (
	"fmt"
	"slices"
	"strings"

	"govae/images"
	"govae/internal/option"
)

// Options answer what a file leaves open. The zero value answers nothing; what a file tells by
// itself needs no answer.
type Options struct {
	// Layout says where images have their channels: [NCHW] or [NHWC].
	Layout string
	// Pixels says what pixels are: [Unit], [Signed], [Bytes] or [Logits], which for the images
	// that an encoder takes means [Unit]. Of the encoder of a pair it says so only where its first nodes
	// tell nothing.
	Pixels string
	// Size is the height and the width of an image; its C is not looked at.
	Size images.Shape
	// Latent is the shape of one latent point, where the file leaves it open.
	Latent []int
	// DecoderOutputs and EncoderOutputs say what outputs are, in their order: [OutputImage],
	// one of the other names, or [OutputNone].
	DecoderOutputs, EncoderOutputs []string
	// LabelInput is the name of the input that is the label.
	LabelInput string
	// Classes is the number of classes of a label that is given by its number.
	Classes int
}

// The values of [Options].Layout.
const (
	NCHW = "nchw"
	NHWC = "nhwc"
)

// The values of [Options].Pixels.
const (
	Unit   = "0..1"
	Signed = "-1..1"
	Bytes  = "0..255"
	Logits = "logits"
)

// What an output may be. The names in a file that mean the same are many; see [outputOf].
const (
	OutputImage   = "image"
	OutputMean    = "mean"
	OutputLogVar  = "log_var" // the logarithm of the variance
	OutputStd     = "std"     // the standard deviation
	OutputLogStd  = "log_std" // its logarithm
	OutputVar     = "var"     // the variance
	OutputMoments = "moments" // means and then logarithms of variances
	OutputNone    = "-"       // nothing that is needed
)

var (
	layouts = []string{NCHW, NHWC}
	ranges  = []string{Unit, Signed, Bytes, Logits}
	outputs = []string{OutputImage, OutputMean, OutputLogVar, OutputStd, OutputLogStd, OutputVar, OutputMoments, OutputNone}
)

// OptionError says that an option has a value that is not known.
type OptionError = option.Error

// Check finds mistakes in the options: an [*OptionError].
func (o Options) Check() error {
	one := func(name, value string, of []string) error {
		if value == "" || slices.Contains(of, value) {
			return nil
		}
		return option.Wrong(name, value, strings.Join(of[:len(of)-1], ", ")+" or "+of[len(of)-1])
	}
	if err := one("Layout", o.Layout, layouts); err != nil {
		return err
	}
	if err := one("Pixels", o.Pixels, ranges); err != nil {
		return err
	}
	for _, list := range []struct {
		option string
		names  []string
	}{{"DecoderOutputs", o.DecoderOutputs}, {"EncoderOutputs", o.EncoderOutputs}} {
		for _, name := range list.names {
			if err := one(list.option, name, outputs); err != nil {
				return err
			}
		}
	}
	if s := o.Size; s != (images.Shape{}) && (s.H < 1 || s.W < 1 || s.H > maxRow || s.W > maxRow) {
		return option.Wrong("Size", fmt.Sprintf("%dx%d", s.H, s.W), "a height and a width from 1 on")
	}
	if n := volume(o.Latent); n < 1 || n > maxRow {
		return option.Wrong("Latent", fmt.Sprint(o.Latent), "numbers from 1 on")
	}
	if o.Classes < 0 {
		return option.Wrong("Classes", fmt.Sprint(o.Classes), "a number from 1 on")
	}
	return nil
}

// maxRow bounds the values of one image or latent point, and of a fixed batch of them, and with it
// what a small file can make a program allocate.
const maxRow = 1 << 24

// volume returns the number of values of a shape, -1 where a dimension is below 1 or the number
// is beyond [maxRow].
func volume(shape []int) int {
	v := 1
	for _, d := range shape {
		if d < 1 || d > maxRow/v {
			return -1
		}
		v *= d
	}
	return v
}

// by is a shape as people write it, such as 4x8x8.
func by(row []int) string {
	var parts []string
	for _, d := range row {
		parts = append(parts, fmt.Sprint(d))
	}
	return strings.Join(parts, "x")
}
