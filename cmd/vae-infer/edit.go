package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/infer"
	"govae/latent"
	"govae/picture"
)

func edit(m *modelFlags) *cobra.Command {
	f := editFlags{modelFlags: m, output: outputFlags{app: m.app}}
	cmd := &cobra.Command{
		Use:   "edit [IMAGE…]",
		Short: "Encode images, change their codes, and decode them",
		Long: `Encode images, change the means of their codes, and decode them.

--set and --shift change single latent dimensions. --toward moves along an
attribute: the difference of the means of two classes, or, without --away-from, of
one class and all others. The means are those of --labelled, of all its images unless
--split is given, else of the whole --split of --data. Strength 1 moves as far as one
mean is from the other.

A .png shows each image above its edited one. With several strengths it has one row
per image, and a .gif moves through them; strength 0 is the plain reconstruction.
Strengths work with all edits.

A conditional model encodes each image as its own class, or as --label, and decodes it as
the same class, or as --to-label; a strength between 0 and 1 is in between. Where sampler.onnx,
which knows the codes of each class, stands beside the decoder, the code of an image first moves
to the place among those of the other class that it has among those of its own.`,
		Example: `  vae-infer edit one.png --set 0=1.5 --shift 3=-2
  vae-infer edit --data mnist --index 2 --toward 7 --away-from 1 --range 0,1.5 --steps 8
  vae-infer edit --data mnist --to-label 7
  vae-infer edit --labelled faces/ --toward smiling --save-attribute smile.json
  vae-infer edit me.png --attribute smile.json --range -1,1 --steps 20 --out smile.gif`,
		RunE: func(cmd *cobra.Command, files []string) error { return f.run(cmd.Context(), files) },
	}
	f.output.flags(cmd, "edited.png")
	f.flags(cmd)
	return cmd
}

// editFlags say which images are changed, how and how much.
type editFlags struct {
	*modelFlags
	in                           inputFlags
	output                       outputFlags
	set, shift                   []string
	labelledBy, toward, awayFrom string
	toLabel                      string
	attribute, saveAttribute     string
	strength                     float64
	strengths, bounds            []float64
	steps                        int
}

func (f *editFlags) flags(cmd *cobra.Command) {
	f.in.flags(cmd, 8)
	f.in.indexFlag(cmd)
	c := cmd.Flags()
	c.StringArrayVar(&f.set, "set", nil, "give a latent dimension a value: `DIM=VALUE`, as 0=1.5 (repeatable)")
	c.StringArrayVar(&f.shift, "shift", nil, "add to a latent dimension: `DIM=VALUE`, as 3=-2 (repeatable)")
	c.StringVar(&f.toLabel, "to-label", "", "`CLASS` that images get of a conditional model: what their codes tell beside the class stays")
	c.StringVar(&f.toward, "toward", "", "name or number of the class to move to")
	c.StringVar(&f.awayFrom, "away-from", "", "name or number of the class to leave (default: all others)")
	c.StringVar(&f.labelledBy, "labelled", "", "labelled images that define the classes (default: --data)")
	c.StringVar(&f.attribute, "attribute", "", "file with an attribute to move along")
	c.StringVar(&f.saveAttribute, "save-attribute", "", "file to write the attribute of --toward to; needs no images")
	c.Float64Var(&f.strength, "strength", 1, "how much of the change is made")
	c.Float64SliceVar(&f.strengths, "strengths", nil, "several strengths `S,…`, such as 0,0.25,0.5,1")
	c.Float64SliceVar(&f.bounds, "range", nil, "`FIRST,LAST` of --steps strengths, such as 0,1")
	c.Lookup("range").DefValue = "" // none
	c.IntVar(&f.steps, "steps", 8, "number of strengths in --range")
}

func (f *editFlags) run(ctx context.Context, files []string) error {
	strengths, err := f.check(files)
	if err != nil {
		return err
	}
	if err := f.checkOutputs(append(files, f.in.data, f.labelledBy, f.attribute), f.output.out, f.saveAttribute); err != nil {
		return err
	}
	f.output.table = f.saveAttribute
	pair, err := f.openPair()
	if err != nil {
		return err
	}
	defer pair.Close()
	if f.toward != "" && f.toLabel == "" && pair.Encoder.Contract().Classes > 0 {
		f.app.Notef("the model is told the class of each image, so that its codes hold little of it: --to-label changes the class")
	}
	edits, err := f.edits(ctx, pair.Encoder)
	if err != nil || f.learnsOnly(files) {
		return err
	}
	x, err := f.in.load(ctx, f.app, pair, files)
	if err != nil {
		return err
	}
	encoder, decoder, err := f.labelled(pair, x, strengths)
	if err != nil {
		return err
	}
	moved, err := f.toClass(encoder)
	if err != nil {
		return err
	}
	all := func(row int) []latent.Edit { return append(moved(row), edits...) }
	draw := picture.Below(x.Images)
	if len(strengths) > 1 {
		draw = func(out string, images picture.Images) error {
			return picture.Rows(out, images, picture.RowLabels{Rows: x.BaseNames(), Columns: strengths, X: "strength of the edit"})
		}
	}
	points := latent.EditedBy(latent.Means(encoder.EncodeAll(ctx, x.All())), all, strengths...)
	return f.output.write(decoder, x.Len()*len(strengths), draw, decoder.DecodeAll(ctx, points))
}

// learnsOnly reports whether an attribute is saved and nothing is edited.
func (f *editFlags) learnsOnly(files []string) bool {
	return f.saveAttribute != "" && f.in.data == "" && len(files) == 0
}

// check finds mistakes in the arguments and returns the strengths.
func (f *editFlags) check(files []string) ([]float64, error) {
	f.in.other = f.labelledBy != ""
	single := f.in.given.Changed("strength")
	err := cmp.Or(
		cli.When(!f.learnsOnly(files), f.in.check(files)),
		cli.Want(f.toward != "" || f.awayFrom == "" && f.labelledBy == "" && f.saveAttribute == "", "--away-from, --labelled and --save-attribute go with --toward CLASS"),
		cli.Want(f.toward != "" || f.attribute != "" || f.toLabel != "" || len(f.set)+len(f.shift) > 0, "nothing to change: give --set, --shift, --toward, --attribute or --to-label"),
		cli.Want(f.toward == "" || f.labelledBy != "" || f.in.data != "", "--toward %s: give the labelled images that define the class, by --labelled SOURCE or --data SOURCE", f.toward),
		cli.Want((f.bounds == nil || f.strengths == nil) && !(single && (f.bounds != nil || f.strengths != nil)), "--strength, --strengths and --range exclude each other"),
		cli.Belong(f.in.given, f.bounds != nil, "--range", "steps"),
		cli.When(f.bounds != nil, cmp.Or(checkRange("--range", f.bounds), cli.Between("--steps", f.steps, 2, 1000))),
	)
	switch {
	case err != nil:
		return nil, err
	case f.bounds != nil:
		return latent.Linspace(f.bounds[0], f.bounds[1], f.steps), nil
	case f.strengths == nil:
		f.strengths = []float64{f.strength}
	}
	for _, v := range f.strengths {
		if !(v >= -latent.MaxCoordinate && v <= latent.MaxCoordinate) {
			return nil, cli.Usagef("a strength of %g: want a number from %g to %g", v, -latent.MaxCoordinate, latent.MaxCoordinate)
		}
	}
	return f.strengths, nil
}

// edits returns the changes in the order in which they are made: dimensions set,
// dimensions shifted, attributes.
func (f *editFlags) edits(ctx context.Context, encoder *infer.Encoder) (edits []latent.Edit, err error) {
	for _, single := range []struct {
		flag  string
		texts []string
		edit  func(dimension int, value float64) latent.Edit
	}{{"--set", f.set, latent.Set}, {"--shift", f.shift, latent.Shift}} {
		for _, text := range single.texts {
			dimension, value, err := latent.ParseCoordinate(text)
			if err != nil {
				return nil, cli.Usagef("%s %w", single.flag, err)
			}
			if err := encoder.Space().CheckDims(dimension); err != nil {
				return nil, err
			}
			edits = append(edits, single.edit(dimension, value))
		}
	}
	if f.attribute != "" {
		a, err := latent.OpenAttribute(f.attribute, encoder.Space())
		if err != nil {
			return nil, err
		}
		edits = append(edits, a.Add)
	}
	if f.toward != "" {
		a, err := f.learn(ctx, encoder)
		if err != nil {
			return nil, err
		}
		edits = append(edits, a.Add)
	}
	return edits, nil
}

// labelled returns encoder and decoder for images, each edited with these strengths. A conditional
// model gets the images' classes, or --label; with --to-label the decoder's label moves to that class
// by the strength.
func (f *editFlags) labelled(pair *infer.Pair, x dataset.Selection, strengths []float64) (*infer.Encoder, *infer.Decoder, error) {
	pair, err := forImages(f.modelFlags, pair, x)
	if err != nil {
		return nil, nil, err
	}
	decoder := pair.Decoder.Repeated(len(strengths))
	if f.toLabel == "" {
		return pair.Encoder, decoder, nil
	}
	class, err := targetClass(pair, f.toLabel)
	if err != nil {
		return nil, nil, err
	}
	decoder, err = decoder.Toward(infer.Class(class), func(row int) float64 {
		return max(0, min(strengths[row%len(strengths)], 1))
	})
	return pair.Encoder, decoder, err
}

// toClass returns the edits that move the code of each image to the class --to-label; none if it is
// not given, or if it is not known where the codes of classes lie.
func (f *editFlags) toClass(encoder *infer.Encoder) (func(row int) []latent.Edit, error) {
	none := func(int) []latent.Edit { return nil }
	if f.toLabel == "" {
		return none, nil
	}
	prior, class, err := f.classPrior(encoder, f.toLabel)
	if err != nil || prior == nil {
		return none, err
	}
	return encoder.ToClass(prior, class)
}

// learn computes the attribute of --toward, and saves it where that is asked for.
func (f *editFlags) learn(ctx context.Context, encoder *infer.Encoder) (latent.Attribute, error) {
	none := latent.Attribute{}
	source := f.in
	source.data, source.limit, source.index = cmp.Or(f.labelledBy, f.in.data), 0, nil
	if f.labelledBy != "" && !f.in.given.Changed("split") {
		source.split = "all"
	}
	if err := source.check(nil); err != nil {
		return none, err
	}
	x, err := source.load(ctx, f.app, encoder, nil)
	if err != nil {
		return none, err
	}
	if x.Labels == nil {
		return none, unlabelled(source.data, "--toward")
	}
	if encoder, err = ofImages(f.modelFlags, encoder, x); err != nil {
		return none, err
	}
	toward, awayFrom, err := x.Sides(f.toward, f.awayFrom)
	if errors.As(err, new(*dataset.OneClassError)) {
		return none, cli.Usagef("--toward and --away-from are one class, %s", f.toward)
	}
	if err != nil {
		return none, fmt.Errorf("%s: %w", source.data, err)
	}
	a, err := latent.LearnAttribute(encoder.Space(), latent.Means(encoder.EncodeAll(ctx, x.All())), x.Labels, toward, awayFrom)
	if err != nil {
		return none, fmt.Errorf("%s: %w", source.data, err)
	}
	a.Toward, a.AwayFrom = f.toward, f.awayFrom
	if f.saveAttribute != "" {
		if err := a.WriteFile(f.saveAttribute); err != nil {
			return none, err
		}
		f.app.Wrotef(f.saveAttribute, "%s: from the codes of %d images", f.saveAttribute, x.Len())
	}
	return a, nil
}
