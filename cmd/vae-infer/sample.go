package main

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/infer"
	"govae/latent"
	"govae/sink"
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
	cmd.Flags().IntVar(&s.n, "samples", 64, "number of images to draw")
	cmd.Flags().Uint64Var(&s.draw.Seed, "seed", 0, "number that determines the images")
	cmd.Flags().Float64Var(&s.draw.Temperature, "temperature", 1, "standard deviation of the latent points: below 1 typical images, above 1 unusual ones")
	cmd.Flags().StringVar(&s.from, "from", "", "what to draw from instead of the prior: a .npy file of latent points, or a .json mixture of encode")
	s.output.flags(cmd, "samples.png")
	s.output.resumeFlag(cmd)
}

// sampling says which images are drawn and where they go.
type sampling struct {
	*modelFlags
	n      int
	from   string
	draw   latent.SampleOptions
	output outputFlags
}

func (s *sampling) run(cmd *cobra.Command) error {
	if err := cmp.Or(
		cli.Between("--samples", s.n, 1, math.MaxUint32),
		cli.Want(s.draw.Temperature > 0 && s.draw.Temperature <= maxScale, "--temperature %g: want a positive number up to %g", s.draw.Temperature, maxScale),
		cli.Want(slices.Contains([]string{"", ".npy", ".json"}, strings.ToLower(filepath.Ext(s.from))), "--from %s: want a .npy file of latent points, or a .json file of encode --fit-mixture", s.from),
		s.checkOutputs([]string{s.from}, s.output.out),
	); err != nil {
		return err
	}
	decoder, err := s.openDecoder()
	if err != nil {
		return err
	}
	defer decoder.Close()
	source := latent.PriorOf(decoder.Space())
	job := map[string]string{"seed": fmt.Sprint(s.draw.Seed), "temperature": fmt.Sprint(s.draw.Temperature)}
	if s.from != "" {
		if source, err = latent.OpenSource(s.from, decoder.Space()); err != nil {
			return err
		}
		if job["from"], err = sink.Digest(s.from); err != nil {
			return err
		}
	}
	if source.N > 0 && !cmd.Flags().Changed("samples") {
		s.n = source.N
	}
	if err := cmp.Or(
		cli.Want(source.N == 0 || s.draw.Temperature == 1, "--temperature %g: the points of %s are decoded as they are", s.draw.Temperature, s.from),
		cli.Want(source.N == 0 || s.n <= source.N, "--samples %d: %s holds %d latent points", s.n, s.from, source.N),
	); err != nil {
		return err
	}
	return s.output.writeJob(decoder, s.n, nil, job, func(first int) iter.Seq2[infer.Image, error] {
		s.draw.First = first
		return decoder.DecodeAll(cmd.Context(), source.Points(s.n-first, s.draw))
	})
}
