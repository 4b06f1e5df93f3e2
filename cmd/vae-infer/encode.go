package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"govae/cmd/internal/advice"
	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/infer"
	"govae/internal/printable"
	"govae/latent"
	"govae/sink"
)

func encode(m *modelFlags) *cobra.Command {
	e, in, shard := encoding{modelFlags: m}, inputFlags{}, shardFlag{}
	cmd := &cobra.Command{
		Use:   "encode [FILE…]",
		Short: "Write the latent codes of images, or fit a mixture to them",
		Long: `Encode images to a NumPy file of latent points.

--out holds the mean of each image's code, float32 [n,L], or with --draws K points
of its posterior, [n,K,L]. Labels go beside it: codes.labels.npy, int64 [n], where class
folders count from 0 in the order of their names; labels of other images that are there
are removed. A .csv holds a row for each image instead: its name, its label and its mean.

--fit-mixture fits a Gaussian mixture with full covariances to draws of the
posteriors, several of each where images are few, and chooses its number of components by
BIC. Images that are drawn from it (vae-infer --from codes.json) are better than those of
the prior where the codes do not fill the prior. It writes no --out unless that is given.`,
		Example: `  vae-infer encode --data mnist
  vae-infer encode --data mnist --split train --log-var log_var.npy --out codes.npy
  vae-infer encode photos/ --out codes.csv
  vae-infer encode photos/ --draws 10 --seed 1 --out draws.npy
  vae-infer encode --data mnist --split train --fit-mixture codes.json`,
		RunE: func(cmd *cobra.Command, files []string) error {
			writesOut := e.mixture == "" || cmd.Flags().Changed("out")
			outputs := []string{e.mixture, e.files.LogVar}
			if writesOut {
				outputs = append(outputs, e.files.Points)
				if !e.table() {
					outputs = append(outputs, latent.LabelsBeside(e.files.Points))
				}
			}
			if err := cmp.Or(
				in.check(files),
				e.check(cmd.Flags(), writesOut),
				m.checkOutputs(append(files, in.data), outputs...),
				shard.check(e.files.Points, ".npy", ".csv"),
				shard.alone(cmd, "fit-mixture"),
			); err != nil {
				return err
			}
			encoder, x, err := openFor(cmd.Context(), m, m.openEncoder, &in, files)
			if err != nil {
				return err
			}
			defer encoder.Close()
			if e.mixture != "" {
				if err := e.fit(cmd.Context(), encoder, x); err != nil || !writesOut {
					return err
				}
			}
			if x, err = shard.cut(x); err != nil {
				return err
			}
			if encoder, err = forImages(m, encoder, x); err != nil { // which counts labels from the shard's first image on
				return err
			}
			e.files.First = shard.first()
			return shard.run(m.app, e.job(encoder, &shard), e.parts(shard.Shard), func() error { return e.write(cmd.Context(), encoder, x) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&e.files.Points, "out", "codes.npy", "file for the latent points, .npy or .csv")
	f.StringVar(&e.files.LogVar, "log-var", "", "file for the logarithms of the posteriors' variances, [n,L]")
	f.IntVar(&e.files.Draws, "draws", 0, "points to draw from each posterior, instead of its mean")
	f.Uint64Var(&e.files.Seed, "seed", 0, "number that determines the draws and the fit")
	f.StringVar(&e.mixture, "fit-mixture", "", "JSON file for a Gaussian mixture")
	e.componentsFlag(f)
	in.flags(cmd, 0)
	shard.flag(cmd)
	return cmd
}

func (e *encoding) componentsFlag(f *pflag.FlagSet) {
	f.IntSliceVar(&e.components, "components", []int{1, 20}, "`LEAST,MOST` components of the mixture; fewer are tried where more do not help")
}

// encoding says what becomes of codes.
type encoding struct {
	*modelFlags
	files      latent.CodeFiles
	mixture    string
	components []int
}

// table reports whether codes go into a table in place of an array.
func (e *encoding) table() bool { return strings.ToLower(filepath.Ext(e.files.Points)) == ".csv" }

func (e *encoding) check(given *pflag.FlagSet, writesOut bool) error {
	ends := func(flag, path string, endings ...string) error {
		return cli.Want(path == "" || slices.Contains(endings, strings.ToLower(filepath.Ext(path))), "%s %s: want a %s file", flag, path, strings.Join(endings, " or "))
	}
	c := e.components
	return cmp.Or(
		ends("--out", e.files.Points, ".npy", ".csv"),
		cli.Want(!e.table() || e.files.Draws == 0 && e.files.LogVar == "", "--out %s: a table holds means alone; give a .npy file for --draws and --log-var", e.files.Points),
		ends("--log-var", e.files.LogVar, ".npy"),
		ends("--fit-mixture", e.mixture, ".json"),
		cli.Want(e.files.LogVar == "" || writesOut, "--log-var %s: goes with --out, which --fit-mixture writes only if it is given", e.files.LogVar),
		checkDraws(e.files.Draws),
		cli.Belong(given, e.files.Draws > 0 || e.mixture != "", "--draws and --fit-mixture", "seed"),
		cli.Belong(given, e.mixture != "", "--fit-mixture", "components"),
		cli.Want(len(c) == 2 && 1 <= c[0] && c[0] <= c[1], "--components: want the least and the most, such as 1,20"),
	)
}

// job is what the shards of the codes have in common.
func (e *encoding) job(encoder *infer.Encoder, s *shardFlag) sink.ShardJob {
	job := jobOf(encoder, map[string]string{
		"task": "encode", "data": s.data, "label": e.label,
		"draws": fmt.Sprint(e.files.Draws), "seed": fmt.Sprint(e.files.Seed), "log-var": filepath.Base(e.files.LogVar),
	})
	if e.table() { // which has them
		job["data's names"] = s.names
	}
	return sink.ShardJob{Path: e.files.Points, Total: s.all, Job: job}
}

// parts names the files of a shard for those of the whole, and lets those be written.
func (e *encoding) parts(s sink.Shard) map[string]string {
	whole := e.files
	e.files.Points = s.Path(whole.Points)
	parts := map[string]string{whole.Points: e.files.Points}
	if !e.table() {
		parts[latent.LabelsBeside(whole.Points)] = latent.LabelsBeside(e.files.Points)
	}
	if whole.LogVar != "" {
		e.files.LogVar = s.Path(whole.LogVar)
		parts[whole.LogVar] = e.files.LogVar
	}
	return parts
}

// write encodes x to --out, --log-var and the labels beside.
func (e *encoding) write(ctx context.Context, encoder *infer.Encoder, x dataset.Selection) error {
	p := e.app.Progress(x.Len(), "images")
	defer p.Stop()
	codes := cli.Counted(p, encoder.EncodeAll(ctx, x.All()))
	if e.table() {
		err := infer.WriteCodes(e.files.Points, x, encoder.Latent(), codes)
		if err == nil {
			e.app.Wrotef(e.files.Points, "%s: %s by %s in %.2f s", e.files.Points, printable.Count(x.Len(), "image", "images"), encoder.Engine(), p.Done())
		}
		return err
	}
	err := latent.WriteCodes(e.files, x.Len(), encoder.Latent(), codes, x.Labels)
	if errors.Is(err, latent.ErrNoLogVar) && e.files.LogVar != "" {
		return fmt.Errorf("the encoder gives no log variances; leave --log-var out")
	}
	if err != nil {
		return err
	}
	written := e.files.Points
	if x.Labels != nil {
		written += ", " + latent.LabelsBeside(e.files.Points)
	}
	e.app.Printf("%s: %s by %s in %.2f s", written, printable.Count(x.Len(), "image", "images"), encoder.Engine(), p.Done())
	return nil
}

// fit fits a mixture to the posteriors of x.
func (e *encoding) fit(ctx context.Context, encoder *infer.Encoder, x dataset.Selection) error {
	p := e.app.Progress(x.Len(), "images")
	defer p.Stop()
	draws := e.files.Draws
	if draws == 0 { // so many that a covariance knows how wide posteriors are, too
		draws = 1 + 10*(encoder.Latent()+1)/x.Len()
	}
	points := latent.Draws(cli.Counted(p, encoder.EncodeAll(ctx, x.All())), draws, e.files.Seed)
	return e.fitDraws(ctx, encoder, points, x.Len(), p.Done)
}

// fitDraws fits a mixture to draws of the posteriors of n images; done tells the seconds that
// it took.
func (e *encoding) fitDraws(ctx context.Context, encoder *infer.Encoder, draws latent.Points, n int, done func() float64) error {
	options := latent.FitOptions{Least: e.components[0], Most: e.components[1], Seed: e.files.Seed, Threads: e.app.Threads}
	options.Fitted = func(s latent.MixtureScore) {
		e.app.Notef("%s: BIC %.0f", printable.Count(s.Components, "component", "components"), s.BIC)
	}
	mixture, err := latent.FitMixture(ctx, encoder.Space(), draws, options)
	if err != nil {
		return advice.Add(err, advice.Say[*latent.FewPointsError](", such as several of each image by --draws"))
	}
	seconds := done()
	if err := mixture.WriteFile(e.mixture); err != nil {
		return err
	}
	k := len(mixture.Weights)
	e.app.Printf("%s: a mixture of %s, fitted to %s in %.2f s", e.mixture, printable.Count(k, "component", "components"), printable.Count(n, "image", "images"), seconds)
	if k == options.Most && k > options.Least {
		e.app.Notef("%d components are the most that were tried; more may be better: --components %d,%d", k, k, 2*k)
	}
	return nil
}
