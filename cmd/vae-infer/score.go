package main

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"math"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"govae/infer"
	"govae/internal/atomicfile"
	"govae/internal/cli"
	"govae/internal/picture"
)

func score(m *modelFlags) *cobra.Command {
	s, in := scoring{modelFlags: m}, inputFlags{}
	cmd := &cobra.Command{
		Use:   "score [FILE…]",
		Short: "Estimate how likely each image is, and find odd ones",
		Long: `Estimate a lower bound of each image's log-likelihood under the model, in nats.

The table has an image a row: elbo = -(reconstruction + kl), with the mean of
--draws points of its posterior. With more than one draw there is a column bound,
the importance-weighted bound of Burda et al. (2016), which is tighter. --sheet
shows the least and the most likely images; by the bound where there is one. To
find odd images, train on usual ones: images of the training set score too well.`,
		Example: `  vae-infer score --data mnist
  vae-infer score --data mnist --draws 64 --sheet odd.png --out scores.csv
  vae-infer score photos/ --resize`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if err := in.check(files); err != nil {
				return err
			}
			if s.options.Draws < 1 || s.options.Draws > math.MaxUint32 {
				return cli.Usagef("--draws %d: want at least 1", s.options.Draws)
			}
			if err := m.checkOutputs(append(files, in.data), s.out, s.sheet); err != nil {
				return err
			}
			pair, err := m.openPair()
			if err != nil {
				return err
			}
			defer pair.Close()
			x, err := in.load(cmd.Context(), pair.Encoder.Shape(), files)
			if err != nil {
				return err
			}
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

// write writes the table and the sheet.
func (s *scoring) write(ctx context.Context, pair *infer.Pair, x input) error {
	start := time.Now()
	p := s.app.Progress(x.Len(), "images")
	defer p.Stop()
	header := []string{"image", "label", "elbo", "reconstruction", "kl"}
	if s.options.Draws > 1 {
		header = append(header, "bound")
	}
	var best []float64 // the tightest estimate of each image
	var mean infer.Score
	err := writeCSV(s.out, header, func(yield func([]string, error) bool) {
		for score, err := range counted(p, pair.Scores(ctx, x.all(), s.options)) {
			if err != nil {
				yield(nil, err)
				return
			}
			i := score.Index
			row := []string{x.name(i), x.class(i), number(score.ELBO), number(score.Reconstruction), number(score.KL)}
			if s.options.Draws > 1 {
				row = append(row, number(score.Bound))
				best = append(best, score.Bound)
			} else {
				best = append(best, score.ELBO)
			}
			mean.ELBO += score.ELBO / float64(x.Len())
			mean.Bound += score.Bound / float64(x.Len())
			if !yield(row, nil) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	if s.sheet != "" {
		if err := picture.WritePNG(s.sheet, oddAndUsual(x, best)); err != nil {
			return err
		}
	}
	p.Stop()
	result := fmt.Sprintf("mean ELBO %.2f nats", mean.ELBO)
	if s.options.Draws > 1 {
		result += fmt.Sprintf(", mean bound %.2f", mean.Bound)
	}
	say := s.app.Printf
	if atomicfile.IsStdout(s.out) {
		say = s.app.Notef // the table is there
	}
	say("%s: %d images, %s, by %s in %.2f s", s.out, x.Len(), result, pair.Decoder.Engine(), time.Since(start).Seconds())
	return nil
}

// oddAndUsual shows the images of the lowest and of the highest scores.
func oddAndUsual(x input, scores []float64) image.Image {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[a], scores[b]) })
	n := min(30, (len(order)+1)/2)
	odd, usual := order[:n], slices.Clone(order[len(order)-n:])
	slices.Reverse(usual)
	group := func(heading string, index []int) picture.Group {
		g := picture.Group{Heading: heading, Images: picture.Images{H: x.H, W: x.W, C: x.C}}
		for _, i := range index {
			g.Images.Pixels = append(g.Images.Pixels, picture.FromNCHW(x.C, x.H, x.W, x.at(i).Pixels).Pixels...)
			g.Captions = append(g.Captions, fmt.Sprintf("%.0f", scores[i]))
		}
		return g
	}
	return picture.Gallery([]picture.Group{group("least likely (bounds of log p(x) in nats)", odd), group("most likely", usual)}, 10)
}
