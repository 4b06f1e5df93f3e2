package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/contract"
	"govae/dataset"
	"govae/images"
	"govae/infer"
	"govae/internal/atomicfile"
	"govae/internal/infile"
	"govae/internal/printable"
	"govae/latent"
	"govae/sink"
)

func evaluate(m *modelFlags) *cobra.Command {
	e := evaluation{modelFlags: m}
	cmd := &cobra.Command{
		Use:   "evaluate [FILE…]",
		Short: "Measure how good a model is",
		Long: `Measure how good a model is for the images of a split, as a table and as JSON.

  elbo            evidence lower bound and its two terms, in nats per image
  log-likelihood  of the first --images images, which are taken from all class folders alike, by
                  importance sampling with --draws points of each posterior (Burda et al.
                  2016): on average below log p(x), and nearer to it the more points there
                  are; most of the time goes into it
  bits per dimension
                  of both, per pixel and channel, where the model's likelihood is one of bytes
  squared error   of reconstructions from the means of the posteriors, per value in [0, 1]
  active units    latent dimensions whose posterior means have a variance above 0.01
  codes           where images have classes of which the model is not told: the share that have
                  the class of the nearest of --codes codes of the training split, and the share
                  that ridge regression from these codes gets right

Of a hierarchical model, --elbo or else elbo.onnx beside the decoder gives elbo and
log-likelihood, as vae-export --graph elbo writes it: it knows the posterior in which each
group of latent variables depends on those drawn above it. Encoder and decoder know the
one along the means of the groups, which gives a looser bound as a rule; the terms, the KL
by dimension and by group, and all else are theirs.

--prior takes a distribution of codes, as prior.json of the model directory and the files of
encode --fit-mixture have it, in place of N(0, I): elbo, kl and log-likelihood are then those of
the model that draws its points from there (vae-export --prior normal, or FILE). Exemplars do not
count. The KL by dimension and by
group stays that to N(0, I).

The ranges are 95 % confidence intervals of means over images. --binarize static makes
images black and white first, each pixel white with its value as the probability, by one
fixed draw, the same as in training; likelihoods of digits are published so.

The figures of finished images are kept beside --out until all are there. What Ctrl-C or
a crash interrupts goes on with --resume, to the same bytes. --shard keeps the figures of
its part of the images beside --out, and join makes table and JSON of those of all.`,
		Example: `  vae-infer evaluate --data mnist
  vae-infer evaluate --data mnist --draws 5000 --images 1000 --binarize static
  vae-infer evaluate --data mnist --draws 200 --images 0 --out nll.json --resume
  vae-infer evaluate --data mnist --decoder ladder/decoder.onnx --elbo ladder/elbo.onnx
  vae-infer evaluate --data mnist --prior vae-model/prior.json
  vae-infer evaluate photos/ --decoder photos-model/decoder.onnx`,
		RunE: func(cmd *cobra.Command, files []string) error {
			return e.run(cmd.Context(), cmd.OutOrStdout(), files)
		},
	}
	f := cmd.Flags()
	f.StringVar(&e.out, "out", "report.json", "file for the figures")
	f.IntVar(&e.options.Draws, "draws", 100, "points of each posterior from which log-likelihoods are estimated")
	f.IntVar(&e.options.Images, "images", 1000, "number of images with a log-likelihood, 0 for all")
	f.IntVar(&e.codes, "codes", 10000, "number of training images whose codes tell classes, 0 for none")
	f.StringVar(&e.binarize, "binarize", "none", "make images black and white at random: none, or static by one fixed draw for each")
	f.StringVar(&e.elbo.file, "elbo", "", "file of vae-export --graph elbo for elbo and log-likelihood, or none (default: for a hierarchical model elbo.onnx beside the decoder, if there is one)")
	f.StringVar(&e.prior, "prior", "", "JSON `FILE` of a distribution of codes that takes the place of N(0, I)")
	f.Uint64Var(&e.options.Seed, "seed", 0, "number that determines all draws")
	f.BoolVar(&e.force, "force", false, "begin anew where an evaluation was interrupted")
	f.BoolVar(&e.resume, "resume", false, "go on where the same evaluation was interrupted")
	e.in.flags(cmd, 0)
	e.shard.flag(cmd)
	return cmd
}

// static is the value of --binarize that makes images black and white.
const static = "static"

type evaluation struct {
	*modelFlags
	in            inputFlags
	elbo          elboFlag
	out, binarize string
	prior         string // a file, or empty
	codes         int
	force, resume bool
	shard         shardFlag
	options       infer.EvaluateOptions
	probed        string // how many codes of which images tell classes
}

func (e *evaluation) check(files []string) error {
	const most = 1 << 20 // draws
	return cmp.Or(
		e.in.check(files),
		cli.Between("--draws", e.options.Draws, 1, most),
		cli.Want(e.options.Images >= 0, "--images %d: want a number of images, or 0 for all", e.options.Images),
		cli.Want(e.codes >= 0, "--codes %d: want a number of training images, or 0 for none", e.codes),
		cli.OneOf("--binarize", e.binarize, "none", static),
		cli.Want(e.prior == "" || e.elbo.file == "" || e.elbo.file == noElbo, "--prior and --elbo exclude each other: the file of --elbo has N(0, I) inside"),
		cli.Want(!e.resume || !e.force, "--resume and --force exclude each other"),
		cli.Want(e.out != "", "--out is empty: give a file"),
	)
}

// mixed shuffles images that are in the order of their classes, the same way each time, so that the
// first ones, for which the log-likelihood is computed, are of all classes.
func (e *evaluation) mixed(pair *infer.Pair, x dataset.Selection) (*infer.Pair, dataset.Selection, error) {
	if !x.Grouped() {
		return pair, x, nil
	}
	order := make([]int, x.Len())
	dataset.Order(order, 0, 0)
	x, err := x.Choose(order)
	if err != nil {
		return pair, x, err
	}
	pair, err = forImages(e.modelFlags, pair, x)
	return pair, x, err
}

// readPrior reads the distribution of --prior. The bound of a hierarchical model is then the one
// along the means of its groups, as its points are known.
func (e *evaluation) readPrior(pair *infer.Pair) error {
	if e.prior == "" {
		return nil
	}
	mixture, err := latent.ReadMixture(e.prior)
	if err != nil {
		return err
	}
	if err := mixture.Check(pair.Encoder.Space()); err != nil {
		return fmt.Errorf("%s: %w", e.prior, err)
	}
	if e.options.Prior, err = mixture.Density(); err != nil {
		return fmt.Errorf("%s: %w", e.prior, err)
	}
	e.elbo.file = noElbo
	return nil
}

func (e *evaluation) run(ctx context.Context, stdout io.Writer, files []string) error {
	if err := cmp.Or(
		e.check(files),
		e.checkOutputs(append(files, e.in.data, e.elbo.file, e.prior), e.out),
		cli.Ending("--out", e.out, "", ".json"),
		e.shard.read(),
	); err != nil {
		return err
	}
	if e.shard.active() {
		if err := e.shard.CheckFile(e.out); err != nil {
			return err
		}
	} else if err := (sink.RowOptions{Force: e.force, Resume: e.resume}).Check(e.out); err != nil {
		return err
	}
	pair, x, err := openFor(ctx, e.modelFlags, e.openPair, &e.in, files)
	if err != nil {
		return err
	}
	defer pair.Close()
	if pair, x, err = e.mixed(pair, x); err != nil {
		return err
	}
	if err := e.readPrior(pair); err != nil {
		return err
	}
	if e.options.Scorer, err = e.elbo.open(e.modelFlags, pair, x); err != nil {
		return err
	}
	if e.options.Scorer != nil {
		defer e.options.Scorer.Close()
	}
	return e.evaluate(ctx, stdout, pair, x)
}

// evaluate finds the figures of x, and writes them.
func (e *evaluation) evaluate(ctx context.Context, stdout io.Writer, pair *infer.Pair, x dataset.Selection) error {
	if form := pair.Decoder.Contract().Metadata.Likelihood; e.binarize == static && form != contract.Bernoulli {
		return fmt.Errorf("%s: has the likelihood %q, and --binarize static wants %s; leave it out", e.decoder, form, contract.Bernoulli)
	}
	if err := e.shard.of(x); err != nil {
		return err
	}
	if err := e.learn(ctx, pair, x); err != nil {
		return err
	}
	job, err := e.job(pair)
	if err != nil {
		return err
	}
	from, end := e.shard.Range(x.Len())
	p := e.app.Progress(end-from, "images")
	defer p.Stop()
	draw := images.TestDraw
	if x.Split == dataset.TrainSplit {
		draw = images.TrainDraw
	}
	find := func(first int) iter.Seq2[[]float64, error] {
		p.Skip(first)
		o := e.options
		o.First = from + first
		images := e.stream(x.Slice(o.First, end), draw, func(i int) int { return x.Number(o.First + i) })
		return convert(cli.Counted(p, pair.Figures(ctx, images, o)), func(f infer.Figures, _ int) []float64 { return f.Row() })
	}
	rows := sink.RowOptions{N: end - from, Width: infer.FiguresWidth(pair.Encoder.Latent()), Force: e.force, Resume: e.resume, Job: job}
	r, summary := e.report(pair), pair.Summary(e.options)
	if e.shard.active() {
		return e.part(r, summary, x.Len(), rows, find, p)
	}
	finish := func(rows iter.Seq2[[]float64, error]) (err error) {
		if r.Evaluation, err = summary.Of(convert(rows, infer.FiguresOf)); err != nil {
			return err
		}
		return r.write(e.out)
	}
	if err := sink.WriteRows(e.out, rows, find, finish); err != nil {
		return err
	}
	seconds := p.Done()
	if atomicfile.IsStdout(e.out) { // the figures are there
		return nil
	}
	e.app.Printf("%s: %s by %s in %.2f s", e.out, printable.Count(x.Len(), "image", "images"), r.Engine, seconds)
	return r.table(stdout)
}

// report is one without figures.
func (e *evaluation) report(pair *infer.Pair) report {
	r := report{Data: e.in.data, ModelID: pair.Decoder.Contract().ModelID, Engine: pair.Engine(), Seed: e.options.Seed, Prior: e.prior}
	if e.binarize == static {
		r.Binarize = static
	}
	if e.in.data != "" {
		r.Split = e.in.split
	}
	return r
}

// job is all that the figures of an image depend on.
func (e *evaluation) job(pair *infer.Pair) (job map[string]string, err error) {
	job = jobOf(pair, map[string]string{
		"data": e.shard.data, "binarize": e.binarize,
		"draws": fmt.Sprint(e.options.Draws), "images with a log-likelihood": fmt.Sprint(e.options.Images), "seed": fmt.Sprint(e.options.Seed),
		"label": e.label, "codes": e.probed,
	})
	if e.options.Scorer != nil {
		job["elbo"] = e.options.Scorer.Fingerprint()
	}
	if e.prior != "" {
		job["prior"], err = infile.Digest(e.prior)
	}
	return job, err
}

// convert yields what f makes of each item of a stream and its number.
func convert[A, B any](items iter.Seq2[A, error], f func(item A, i int) B) iter.Seq2[B, error] {
	return func(yield func(B, error) bool) {
		i := 0
		for item, err := range items {
			var to B
			if err == nil {
				to = f(item, i)
			}
			if !yield(to, err) {
				return
			}
			i++
		}
	}
}

// stream yields images in the form in which they are evaluated. For those that are made black and
// white, number returns an image's place in the source.
func (e *evaluation) stream(x *images.Set, split images.Drawn, number func(i int) int) iter.Seq2[images.Image, error] {
	if e.binarize != static {
		return x.All()
	}
	return convert(x.All(), func(m images.Image, i int) images.Image { return m.Binary(split, number(i)) })
}

// learn fits a probe of the classes to codes of the training split, if the evaluated images are of
// another split and of several classes, and the encoder is not given the class.
func (e *evaluation) learn(ctx context.Context, pair *infer.Pair, x dataset.Selection) error {
	why := ""
	switch {
	case e.codes == 0:
		return nil
	case pair.Encoder.Contract().Classes > 0:
		why = "the encoder is told them"
	case len(x.Labels) == 0 || slices.Min(x.Labels) == slices.Max(x.Labels):
		why = "the images are not of several"
	case x.Split != dataset.TestSplit:
		why = "it is those of test images that are found by the codes of training images"
	}
	if why != "" {
		if e.in.given.Changed("codes") {
			e.app.Notef("--codes %d: codes do not tell classes here: %s", e.codes, why)
		}
		return nil
	}
	train, err := e.in.loadSplit(ctx, pair, dataset.TrainSplit)
	if err != nil {
		return err
	}
	order := make([]int, train.Len())
	dataset.Order(order, e.options.Seed, 0)
	order = order[:min(e.codes, len(order))]
	slices.Sort(order)
	set := train.Select(order)
	if set.Labels == nil {
		return nil
	}
	chosen := e.stream(set, images.TrainDraw, func(i int) int { return train.Number(order[i]) })
	points, err := latent.Collect(latent.Means(pair.Encoder.EncodeAll(ctx, chosen)))
	if err != nil {
		return err
	}
	e.options.Labels = x.Labels
	e.probed = fmt.Sprintf("%d of %s", set.Len(), (&dataset.Data{Train: set}).Fingerprint())
	e.options.Probe, err = latent.LearnProbe(points, set.Labels, pair.Encoder.Noise())
	return err
}
