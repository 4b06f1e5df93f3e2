package main

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/infer"
	"govae/internal/atomicfile"
	"govae/picture"
)

func score(m *modelFlags) *cobra.Command {
	s, in := scoring{modelFlags: m}, inputFlags{}
	cmd := &cobra.Command{
		Use:   "score [FILE…]",
		Short: "Estimate how likely each image is, and find odd ones",
		Long: `Estimate a lower bound of each image's log-likelihood under the model, in nats.

The table has one row per image: elbo = -(reconstruction + kl), with the mean of
--draws points of its posterior. With more than one draw there is a column bound,
the importance-weighted bound of Burda et al. (2016), which is tighter. --sheet
shows the least and the most likely images; by the bound where there is one. To
find odd images, train on usual ones: images of the training set score too well.`,
		Example: `  vae-infer score --data mnist
  vae-infer score --data mnist --draws 64 --sheet odd.png --out scores.csv
  vae-infer score photos/ --skip-bad`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if err := cmp.Or(
				in.check(files),
				cli.Want(1 <= s.options.Draws && s.options.Draws < math.MaxUint32, "--draws %d: want at least 1", s.options.Draws),
				m.checkOutputs(append(files, in.data), s.out, s.sheet),
			); err != nil {
				return err
			}
			pair, x, err := openFor(cmd.Context(), m, m.openPair, &in, files)
			if err != nil {
				return err
			}
			defer pair.Close()
			return s.write(cmd.Context(), pair, x)
		},
	}
	f := cmd.Flags()
	f.StringVar(&s.out, "out", "scores.csv", "file for the table")
	f.StringVar(&s.sheet, "sheet", "", "picture of the least and the most likely images")
	f.IntVar(&s.options.Draws, "draws", 1, "points to draw from each posterior")
	f.Uint64Var(&s.options.Seed, "seed", 0, "number that determines the draws")
	in.flags(cmd, 0)
	return cmd
}

type scoring struct {
	*modelFlags
	out, sheet string
	options    infer.ScoreOptions
}

func (s *scoring) write(ctx context.Context, pair *infer.Pair, x dataset.Selection) error {
	p := s.app.Progress(x.Len(), "images")
	defer p.Stop()
	bound := s.options.Draws > 1
	scores, err := infer.WriteScores(s.out, x, cli.Counted(p, pair.Scores(ctx, x.All(), s.options)), bound)
	if err != nil {
		return err
	}
	if s.sheet != "" {
		best := s.options.Tightest(scores)
		odd, usual := infer.Extremes(best, 30)
		sheet := picture.Gallery([]picture.Group{
			picture.Scored("least likely (bounds of log p(x) in nats)", x.Images, best, odd),
			picture.Scored("most likely", x.Images, best, usual),
		}, 10)
		if err := picture.WritePNG(s.sheet, sheet); err != nil {
			return err
		}
	}
	mean := infer.MeanScore(scores)
	result := fmt.Sprintf("mean ELBO %.2f nats", mean.ELBO)
	if bound {
		result += fmt.Sprintf(", mean bound %.2f", mean.Bound)
	}
	say := s.app.Printf
	if atomicfile.IsStdout(s.out) {
		say = s.app.Notef // the table is there
	}
	say("%s: %d images, %s, by %s in %.2f s", s.out, x.Len(), result, pair.Engine(), p.Done())
	return nil
}
