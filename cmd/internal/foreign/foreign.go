// Package foreign has the flags by which commands are told what files of other programs leave
// open, alike in all of them.
package foreign

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"govae/adapt"
	"govae/cmd/internal/advice"
	"govae/cmd/internal/cli"
	"govae/images"
)

// Flags are the answers as given.
type Flags struct {
	given                              *pflag.FlagSet
	o                                  adapt.Options
	size, latent, ofDecoder, ofEncoder string
}

// names are the flags by the fields of [adapt.Options] that they set.
var names = map[string]string{
	"Layout": "layout", "Pixels": "pixels", "Size": "image-size", "Latent": "latent-shape", "DecoderOutputs": "decoder-outputs",
	"EncoderOutputs": "encoder-outputs", "LabelInput": "label-input", "Classes": "classes",
}

// Add adds the flags.
func (f *Flags) Add(p *pflag.FlagSet) {
	f.given = p
	p.StringVar(&f.o.Layout, names["Layout"], "", "how files of other programs have images, where they do not tell: nchw or nhwc")
	p.StringVar(&f.o.Pixels, names["Pixels"], "", "what their pixels are: 0..1, -1..1, 0..255 or logits")
	p.StringVar(&f.size, names["Size"], "", "`HxW` of their images, where they lie flat or the file leaves it open")
	p.StringVar(&f.latent, names["Latent"], "", "shape of one latent point, where the file leaves it open, such as 4x8x8")
	p.StringVar(&f.ofDecoder, names["DecoderOutputs"], "", "what its outputs are, in their order: `LIST` of image and -")
	p.StringVar(&f.ofEncoder, names["EncoderOutputs"], "", "what its outputs are, in their order: `LIST` of mean, log_var, std, log_std, var, moments and -")
	p.StringVar(&f.o.LabelInput, names["LabelInput"], "", "`NAME` of the input that is the label of a class")
	p.IntVar(&f.o.Classes, names["Classes"], 0, "`NUMBER` of classes of a label that is given by its number")
}

// Given returns the first of the flags that was given, as in --flag, or "".
func (f *Flags) Given() string { return cli.Given(f.given, slices.Sorted(maps.Values(names))...) }

// Options returns what the flags say.
func (f *Flags) Options() (adapt.Options, error) {
	o := f.o
	if f.size != "" {
		size, err := dims(names["Size"], f.size)
		if err != nil || len(size) != 2 {
			return o, cli.Usagef("--%s %s: want HxW, such as 28x28", names["Size"], f.size)
		}
		o.Size = images.Shape{H: size[0], W: size[1]}
	}
	if f.latent != "" {
		var err error
		if o.Latent, err = dims(names["Latent"], f.latent); err != nil {
			return o, err
		}
	}
	o.DecoderOutputs, o.EncoderOutputs = words(f.ofDecoder), words(f.ofEncoder)
	err := o.Check()
	if e, ok := errors.AsType[*adapt.OptionError](err); ok {
		err = cli.Usagef("--%s %s: want %s", names[e.Option], e.Value, e.Want)
	}
	return o, err
}

func words(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// dims reads 4x8x8.
func dims(flag, text string) (sizes []int, err error) {
	for _, part := range strings.Split(text, "x") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 {
			return nil, cli.Usagef("--%s %s: want sizes from 1 on with x between them", flag, text)
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

// Advice names the flag that answers a question.
var Advice = advice.On(func(q *adapt.Question) string { return fmt.Sprintf(" (--%s)", names[q.Option]) })

// Note says in one line what files of other programs were found to mean.
func Note(app *cli.App, file string, found []string) {
	if len(found) > 0 {
		app.Notef("%s: %s", file, strings.Join(found, "; "))
	}
}
