package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/infer"
	"govae/internal/infile"
	"govae/latent"
	"govae/picture"
)

func sample(m *modelFlags) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "sample",
		Short:   "Draw new images, as vae-infer does without a subcommand",
		Example: "  vae-infer sample --samples 1000 --seed 7 --out new/",
		Args:    cli.NoArgs(""),
	}
	makeSample(cmd, m)
	return cmd
}

// makeSample makes a command draw new images.
func makeSample(cmd *cobra.Command, m *modelFlags) {
	s := sampling{modelFlags: m, output: outputFlags{app: m.app}}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return s.run(cmd) }
	cmd.Flags().IntVar(&s.n, "samples", 64, "number of images to draw; of a conditional model without --label, of each class, then 10 by default")
	cmd.Flags().Uint64Var(&s.draw.Seed, "seed", 0, "number that determines the images")
	cmd.Flags().Float64Var(&s.draw.Temperature, "temperature", 1, "factor of the noise: below 1 nearer to codes of training images, or to what is typical; above 1 further")
	cmd.Flags().StringVar(&s.from, "from", "", "what to draw from: "+priorSource+" for N(0, I), a .npy file of latent points, or a .json mixture"+
		" of encode (default the sampler beside the decoder)")
	s.groups.flag(cmd, "draw this many of the finest groups of latent variables once for all images")
	s.output.flags(cmd, "samples.png")
	s.output.resumeFlag(cmd)
	s.output.shard.flag(cmd)
}

// sampling says which images are drawn and where they go.
type sampling struct {
	*modelFlags
	n      int
	from   string
	groups groupsFlag
	draw   latent.SampleOptions
	output outputFlags
}

func (s *sampling) run(cmd *cobra.Command) error {
	if err := s.check(); err != nil {
		return err
	}
	decoder, classes, err := s.open()
	if err != nil {
		return err
	}
	defer decoder.Close()
	source, err := s.source(decoder)
	if err != nil {
		return err
	}
	if err := s.count(source, classes, cmd.Flags().Changed("samples")); err != nil {
		return err
	}
	fix, err := s.fix(decoder)
	if err != nil {
		return err
	}
	job, err := s.job()
	if err != nil {
		return err
	}
	if classes != nil {
		return s.ofEach(cmd.Context(), decoder, classes, source, fix, job)
	}
	if err := s.output.shard.enough(s.n); err != nil {
		return err
	}
	_, end := s.output.shard.Range(s.n)
	return s.output.writeJob(decoder, s.n, nil, job, func(first int) iter.Seq2[infer.Image, error] {
		s.draw.First = first
		return decoder.DecodeAll(cmd.Context(), fix(source.Points(end-first, s.draw)))
	})
}

// check finds mistakes in the flags.
func (s *sampling) check() error {
	return cmp.Or(
		cli.Between("--samples", s.n, 1, math.MaxUint32),
		cli.Want(s.draw.Temperature > 0 && s.draw.Temperature <= maxScale, "--temperature %g: want a positive number up to %g", s.draw.Temperature, maxScale),
		cli.Want(s.file() == "" || slices.Contains([]string{".npy", ".json"}, strings.ToLower(filepath.Ext(s.from))),
			"--from %s: want "+priorSource+", a .npy file of latent points, or a .json file of encode --fit-mixture", s.from),
		s.checkOutputs([]string{s.file()}, s.output.out),
		s.output.shard.check(s.output.out, ".npy", ".idx"),
	)
}

// priorSource is the value of --from that is no file.
const priorSource = "prior"

// file returns the file of --from, if it names one.
func (s *sampling) file() string {
	if s.from == priorSource {
		return ""
	}
	return s.from
}

// open opens the decoder, or the sampler beside it unless the flags say what to draw from. It returns
// the classes to draw images of in turn; nil if there are none, or --label names one.
func (s *sampling) open() (decoder *infer.Decoder, classes []string, err error) {
	path := s.decoder
	if s.from == "" && s.groups.fixed == 0 {
		path = s.chosen("; for N(0, I) give --from " + priorSource)
	}
	if decoder, err = openAs(s.modelFlags, path, infer.OpenDecoder); err != nil {
		return nil, nil, err
	}
	if classes = decoder.Classes(); s.label == "" && classes != nil {
		return decoder, classes, nil
	}
	labelled, err := ofClass(s.modelFlags, decoder)
	if err != nil {
		decoder.Close()
	}
	return labelled, nil, err
}

// source names the distribution that points are drawn from.
func (s *sampling) source(decoder *infer.Decoder) (latent.Source, error) {
	if s.from != "" {
		if err := decoder.TakesCodes(); err != nil {
			return latent.Source{}, err
		}
	}
	if s.file() == "" {
		return latent.PriorOf(decoder.Space()), nil
	}
	return latent.OpenSource(s.from, decoder.Space())
}

// count finds how many points are drawn where --samples is not given, and checks what is.
func (s *sampling) count(source latent.Source, classes []string, given bool) error {
	switch {
	case source.N > 0 && !given:
		s.n = source.N
	case classes != nil && !given:
		s.n = eachClass
	}
	return cmp.Or(
		cli.Want(source.N == 0 || s.draw.Temperature == 1, "--temperature %g: the points of %s are decoded as they are", s.draw.Temperature, s.from),
		cli.Want(source.N == 0 || s.n <= source.N, "--samples %d: %s holds %d latent points", s.n, s.from, source.N),
	)
}

// job returns what an image depends on besides the model.
func (s *sampling) job() (job map[string]string, err error) {
	job = map[string]string{"seed": fmt.Sprint(s.draw.Seed), "temperature": fmt.Sprint(s.draw.Temperature), "label": s.label}
	if s.groups.fixed > 0 {
		job["fixed-groups"] = fmt.Sprint(s.groups.fixed)
	}
	if s.file() != "" {
		job["from"], err = infile.Digest(s.from)
	}
	return job, err
}

// eachClass is how many images of each class are drawn by default.
const eachClass = 10

// ofEach draws images of each class, the same as --label does, in one row of the picture.
func (s *sampling) ofEach(ctx context.Context, decoder *infer.Decoder, classes []string, source latent.Source, fix func(latent.Points) latent.Points, job map[string]string) error {
	draw := func(out string, images picture.Images) error {
		return picture.Rows(out, images, picture.RowLabels{Rows: classes, Columns: latent.Linspace(0, float64(s.n-1), s.n), X: "sample"})
	}
	total := s.n * len(classes)
	if err := s.output.shard.enough(total); err != nil {
		return err
	}
	_, end := s.output.shard.Range(total)
	return s.output.writeJob(decoder, total, draw, job, func(first int) iter.Seq2[infer.Image, error] {
		labelled, err := decoder.WithLabel(func(row int, weights []float32) error {
			return infer.Class((first+row)/s.n)(row, weights)
		})
		if err != nil {
			return func(yield func(infer.Image, error) bool) { yield(infer.Image{}, err) }
		}
		return labelled.DecodeAll(ctx, func(yield func([]float32, error) bool) {
			for i := first; i < end; i += s.n - i%s.n {
				o := s.draw
				o.First = i % s.n
				for z, err := range fix(source.Points(min(s.n-o.First, end-i), o)) {
					if !yield(z, err) {
						return
					}
				}
			}
		})
	})
}

// fix returns a function that gives all points the noise of the prior's first point in the finest
// groups.
func (s *sampling) fix(decoder *infer.Decoder) (func(latent.Points) latent.Points, error) {
	first, err := s.groups.first(decoder)
	if err != nil || first == decoder.Latent() {
		return func(points latent.Points) latent.Points { return points }, err
	}
	once, err := latent.Collect(latent.Prior(decoder.Latent(), 1, latent.SampleOptions{Seed: s.draw.Seed, Temperature: s.draw.Temperature}))
	if err != nil {
		return nil, err
	}
	return func(points latent.Points) latent.Points { return latent.Fixed(points, first, once[0]) }, nil
}
