package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"govae/anomaly"
	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/infer"
	"govae/internal/printable"
	"govae/picture"
	"govae/sink"
)

func score(m *modelFlags) *cobra.Command {
	s := scoring{modelFlags: m}
	cmd := &cobra.Command{
		Use:   "score [FILE…]",
		Short: "Find odd images, or estimate how likely each is",
		Long: `Find the images that are unlike normal ones.

First --calibrate learns from normal images, the train split of --data, what is
normal at each place and how far normal images are from it, and keeps that in the
encoder's file. The threshold, above which --false-alarms of normal images are, is set
on those that training does not see: the ones of vae-train --val-fraction, or else the
validation split, or the tenth that is held out of a source without a test split.
Where there are fewer than 30, or --split chooses others, a fifth of the images sets
it, and of images that the model was not trained on more are called odd.

After that the table has one row per image: score tells how rare such an image is among
normal ones (2: one in a hundred, 3: one in a thousand), odd is 1 from the threshold
on, and why names the evidence: the detail of the image or its difference from the
reconstruction at some place, the error of the whole reconstruction, or the code.
--heatmap shows where, --sheet the oddest images. Where images have classes, AUROC and
average precision tell how well odd ones are found. A conditional model is told the
class of each image, and so which are odd, unless --label gives all the same.

Without a detector, with --nats, --draws or --seed the table has a lower bound of each
image's log-likelihood under the model, in nats: elbo = -(reconstruction + kl), with
the mean of --draws points of its posterior. With more than one draw there is a
column bound, the importance-weighted bound of Burda et al. (2016), which is tighter.
--sheet then shows the least and the most likely images. With --calibrate, --draws
makes reconstructions the mean of so many. Bits per dimension (pixel and channel)
compare between models whatever their likelihood and size; a model of black and white
(bernoulli) has none.`,
		Example: `  vae-infer score --calibrate --data tiles --false-alarms 0.01
  vae-infer score --data tiles --heatmap heat --roc roc.png
  vae-infer score --calibrate --data mnist --normal 3
  vae-infer score photos/ --skip-bad --sheet odd.png
  vae-infer score --data mnist --draws 64 --sheet odd.png --out scores.csv`,
		RunE: func(cmd *cobra.Command, files []string) error { return s.run(cmd, files) },
	}
	f := cmd.Flags()
	f.StringVar(&s.out, "out", "scores.csv", "file for the table")
	f.StringVar(&s.sheet, "sheet", "", "picture of the oddest and the most normal images")
	f.IntVar(&s.options.Draws, "draws", 1, "points to draw from each posterior")
	f.Uint64Var(&s.options.Seed, "seed", 0, "number that determines the draws of log-likelihoods")
	s.detection.flags(f)
	s.in.flags(cmd, 0)
	s.shard.flag(cmd)
	return cmd
}

type scoring struct {
	*modelFlags
	detection
	in         inputFlags
	shard      shardFlag
	out, sheet string
	options    infer.ScoreOptions
}

func (s *scoring) run(cmd *cobra.Command, files []string) error {
	if s.calibrate && !cmd.Flags().Changed("split") {
		s.in.split = string(dataset.TrainSplit)
	}
	if err := cmp.Or(
		s.in.check(files),
		cli.Want(1 <= s.options.Draws && s.options.Draws < math.MaxUint32, "--draws %d: want at least 1", s.options.Draws),
		s.detection.check(),
		s.checkOutputs(append(files, s.in.data), s.out, s.sheet, s.roc, s.heat),
		cli.Ending("--out", s.out, "", ".csv"),
		cli.Ending("--sheet", s.sheet, ".png"),
		cli.Ending("--roc", s.roc, ".png"),
		s.shard.check(s.out, ".csv"),
		s.shard.alone(cmd, "calibrate", "sheet", "heatmap", "roc"),
	); err != nil {
		return err
	}
	pair, x, err := openFor(cmd.Context(), s.modelFlags, s.openPair, &s.in, files)
	if err != nil {
		return err
	}
	defer pair.Close()
	if s.calibrate {
		return s.learn(cmd.Context(), pair, x)
	}
	detector, err := s.detector(pair)
	if err != nil {
		return err
	}
	if x, err = s.shard.cut(x); err != nil {
		return err
	}
	if detector != nil { // which counts labels from the shard's first image on, not from that of all
		if pair, err = forImages(s.modelFlags, pair, x); err != nil {
			return err
		}
	}
	job, part := s.job(pair, detector), s.shard.Path(s.out)
	return s.shard.run(s.app, job, map[string]string{s.out: part}, func() error {
		s.out, s.options.First = part, s.shard.first()
		if detector != nil {
			return s.judge(cmd.Context(), pair, detector, x)
		}
		return s.write(cmd.Context(), pair, x)
	})
}

// job is what the shards of a table have in common.
func (s *scoring) job(pair *infer.Pair, detector *anomaly.Detector) sink.ShardJob {
	odd := "log-likelihoods"
	if detector != nil {
		odd = fmt.Sprintf("those above a threshold with %g false alarms", detector.FalseAlarms)
	}
	return sink.ShardJob{Path: s.out, Total: s.shard.all, Job: jobOf(pair, map[string]string{
		"task": "score", "data": s.shard.data, "data's names": s.shard.names, "label": s.label,
		"draws": fmt.Sprint(s.options.Draws), "seed": fmt.Sprint(s.options.Seed), "nats": fmt.Sprint(s.nats), "normal": strings.Join(s.normal, ","), "told": odd,
	})}
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
	bits := func(nats float64) string { // an upper bound of what a code by the model needs
		if bits := pair.Decoder.BitsPerDimension(-nats); bits != 0 {
			return fmt.Sprintf(" (%.3f bits/dim)", bits)
		}
		return ""
	}
	result := fmt.Sprintf("mean ELBO %.2f nats%s", mean.ELBO, bits(mean.ELBO))
	if bound {
		result += fmt.Sprintf(", mean bound %.2f%s", mean.Bound, bits(mean.Bound))
	}
	s.app.Wrotef(s.out, "%s: %s, %s, by %s in %.2f s", s.out, printable.Count(x.Len(), "image", "images"), result, pair.Engine(), p.Done())
	return nil
}
