package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/infer"
	"govae/internal/printable"
)

func augment(m *modelFlags) *cobra.Command {
	a, in := augmentation{app: m.app}, inputFlags{split: "train"}
	cmd := &cobra.Command{
		Use:   "augment --data SOURCE",
		Short: "Make new labelled images to train a classifier with",
		Long: `Make new labelled images to train a classifier with, from labelled ones.

The method jitter encodes an image and decodes a random point around its code: z =
mean + noise * sigma * eps, where sigma is the standard deviation that the encoder
gives and eps is drawn from N(0, I). Noise 1 is a draw from the posterior; more gives
more variety, and more images that no longer look like their class. The method
interpolate decodes a random point on the line between the codes of two images of one
class. The method sample, of a conditional model, draws new images of each class, as
sampler.onnx beside the decoder does: near codes of training images, or far from any by
vae-export --prior normal. A new
image gets the class of its sources; look at some before you train on them, or give a
--classifier file: only those are kept that it reads as their class with a probability of
at least --confidence, and others are made in the place of the rest. Where the source has no
labels, the classifier tells them, and images of which it is less sure are left out.

--per-class N makes N new images of every class. With --fill the images of the
source count too: a class gets only what it lacks to N, so that old and new images
together are balanced. Image i of a class and a seed is the same however many are made.

The source needs labels or a --classifier: --data is digits, mnist, a folder of IDX files with
labels, or a folder with one folder per class. Its training split is used unless --split says
otherwise, as images made of test images would spoil a test; --split unlabelled takes the folder
unlabelled beside the classes.

--out is a folder: one folder of PNG files per class, or with --format idx IDX files like
those of MNIST. Both are read by vae-train and --data. The new images alone are
written, with a manifest.jsonl that tells for each one its file, class, method,
parameters, seed, model and the images it was made from.

--shard keeps its part of the new images beside --out, of which join makes the folder. A
--classifier chooses images by those before them, and so does not go with it.`,
		Example: `  vae-infer augment --data mnist --per-class 100
  vae-infer augment --data photos --split train --per-class 500 --fill --out more/
  vae-infer augment --data mnist --method interpolate --format idx --out new-mnist/
  vae-infer augment --data mnist --limit 200 --noise 0.5 --seed 7 --per-class 1000
  vae-infer augment --data mnist --method sample --classifier classifier.onnx --per-class 500
  vae-infer augment --data photos --split unlabelled --classifier classifier.onnx --per-class 500`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if err := cmp.Or(
				in.check(files),
				a.check(),
				cli.Belong(cmd.Flags(), a.classifier != "", "--classifier", "confidence"),
				cli.Belong(cmd.Flags(), a.Method == infer.Jitter, "--method jitter", "noise"),
				cli.Want(m.label == "", "--label %s: new images get the classes of the given ones", m.label),
				m.checkOutputs(append(files, in.data, a.classifier), a.out),
				a.shard.read(),
				a.shard.alone(cmd, "classifier"),
			); err != nil {
				return err
			}
			return a.run(cmd.Context(), m, &in, files)
		},
	}
	f := cmd.Flags()
	in.flags(cmd, 0)
	f.StringVar((*string)(&a.Method), "method", string(infer.Jitter), "how images are made: jitter, interpolate or sample")
	f.Float64Var(&a.Noise, "noise", 1, "of jitter, in standard deviations of the posterior")
	f.IntVar(&a.PerClass, "per-class", 100, "number of new images of each class")
	f.BoolVar(&a.Fill, "fill", false, "count the source's images towards --per-class, to balance classes")
	f.StringVar(&a.classifier, "classifier", "", "classifier `FILE`: keep only images that it reads as their class, and tell those of a source without labels")
	f.Float64Var(&a.confidence, "confidence", 0.9, "least probability that --classifier gives to the class")
	f.Uint64Var(&a.Seed, "seed", 0, "number that determines the images")
	f.StringVar((*string)(&a.write.Format), "format", string(dataset.ClassFolders), "png for class folders, or idx for IDX files")
	f.StringVar(&a.out, "out", "augmented", "folder to write")
	f.BoolVar(&a.write.Into, "force", false, "write into a folder that already holds images")
	a.shard.flag(cmd)
	return cmd
}

// augmentation is one run of the subcommand.
type augmentation struct {
	infer.AugmentOptions
	app        *cli.App
	out        string
	classifier string // a file, or empty
	confidence float64
	write      dataset.WriteOptions
	shard      shardFlag
}

// check finds mistakes in the flags.
func (a *augmentation) check() error {
	return cmp.Or(
		cli.OneOf("--method", a.Method, infer.Jitter, infer.Interpolation, infer.Sampling),
		cli.Want(a.Noise > 0 && a.Noise <= maxScale, "--noise %g: want a positive number up to %g", a.Noise, maxScale),
		cli.Want(a.confidence > 0 && a.confidence <= 1, "--confidence %g: want a probability, above 0 and at most 1", a.confidence),
		cli.Between("--per-class", a.PerClass, 1, math.MaxUint32-1),
		cli.OneOf("--format", a.write.Format, dataset.ClassFolders, dataset.IDXFiles),
		cli.Want(a.out != "" && !slices.Contains([]string{".png", ".npy", ".idx", ".gif"}, strings.ToLower(filepath.Ext(a.out))),
			"--out %s: augment writes a folder; give its name", cmp.Or(a.out, `""`)),
		dataset.CheckWrite(a.out, a.write),
	)
}

func (a *augmentation) run(ctx context.Context, m *modelFlags, in *inputFlags, files []string) error {
	pair, err := m.openPair()
	if err != nil {
		return err
	}
	defer pair.Close()
	x, err := in.load(ctx, m.app, pair, files)
	if err != nil {
		return err
	}
	from := cmp.Or(in.data, strings.Join(files, " "))
	tried, kept := 0, 0
	if a.classifier != "" {
		classifier, err := openAs(m, a.classifier, infer.OpenClassifier)
		if err != nil {
			return err
		}
		defer classifier.Close()
		if x.Labels == nil {
			if x, err = a.told(ctx, classifier, x, from); err != nil {
				return err
			}
		}
		a.Filter = &infer.AugmentFilter{Classifier: classifier, Classes: x.Classes, Confidence: a.confidence, OnTried: func(_ int, ok bool) {
			if tried++; ok {
				kept++
			}
		}}
	}
	if x.Labels == nil {
		return fmt.Errorf("%s: has no labels, and new images need the class of their sources; give one folder per class, IDX files with labels, or a --classifier that tells the classes", from)
	}
	if a.Method == infer.Sampling {
		if path := m.chosen(""); path != m.decoder {
			sampler, err := openAs(m, path, infer.OpenDecoder)
			if err != nil {
				return err
			}
			defer sampler.Close()
			pair = &infer.Pair{Decoder: sampler, Encoder: pair.Encoder}
		}
	}
	labelled, err := forImages(m, pair, x)
	if err != nil {
		return err
	}
	total, err := a.plan(x)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	if a.shard.active() {
		return a.part(ctx, labelled, x, total, in.data)
	}
	p := a.app.Progress(total, "images")
	defer p.Stop()
	images := convert(cli.Counted(p, labelled.Augment(ctx, x.All(), x.Labels, a.AugmentOptions)), func(made infer.Synthetic, _ int) dataset.Synthetic {
		return dataset.Synthetic{Picture: made.Picture(), Origin: a.origin(pair, x, made, in.data)}
	})
	if err := dataset.Write(a.out, images, a.write); err != nil {
		return err
	}
	a.app.Printf("%s: %d new images by %s in %.2f s; %s tells where each is from", a.out, total, pair.Engine(), p.Done(), dataset.Manifest)
	if a.classifier != "" {
		a.app.Printf("%s reads %d of %d (%.1f %%) as their class with a probability of %g or more: the others were left out", a.classifier, kept, tried, 100*float64(kept)/float64(tried), a.confidence)
	}
	return nil
}

// told returns the images of x whose class the classifier is sure of, with these classes as labels.
func (a *augmentation) told(ctx context.Context, c *infer.Classifier, x dataset.Selection, from string) (dataset.Selection, error) {
	index, labels, err := c.Sure(ctx, x.All(), a.confidence)
	if err != nil {
		return x, err
	}
	if len(index) == 0 {
		return x, fmt.Errorf("%s: %s gives no image a class with a probability of %g or more; give a smaller --confidence", from, a.classifier, a.confidence)
	}
	a.app.Printf("%s tells the classes of %d of %d images, with a probability of %g or more", a.classifier, len(index), x.Len(), a.confidence)
	if x, err = x.Choose(index); err == nil {
		x.Labels, x.Classes = labels, c.Classes()
	}
	return x, err
}

// origin says how an image was made from those of x, which are from data.
func (a *augmentation) origin(pair *infer.Pair, x dataset.Selection, made infer.Synthetic, data string) dataset.Origin {
	o := x.Origin(made.Class, made.Sources)
	o.Method, o.Noise, o.Mix, o.Seed = string(a.Method), made.Noise, made.Mix, a.Seed
	o.Data, o.ModelID, o.Probability = data, pair.Decoder.Space().ModelID, made.Probability
	return o
}

// plan returns the number of images to make.
func (a *augmentation) plan(x dataset.Selection) (total int, err error) {
	total, err = a.Total(x.Labels)
	if e, ok := errors.AsType[*infer.ClassSizeError](err); ok {
		return 0, fmt.Errorf("class %s has one image, and --method interpolate needs two; add images or use --method jitter", x.Classes[e.Class])
	}
	var there []string
	for label, class := range x.Classes {
		if slices.Contains(x.Labels, label) {
			there = append(there, class)
		} else {
			a.app.Notef("class %s has no images here, so none are made of it", class)
		}
	}
	if err == nil && a.write.Format == dataset.ClassFolders {
		err = dataset.CheckClassFolders(there)
	}
	switch {
	case err != nil:
		return 0, err
	case total == 0:
		return 0, fmt.Errorf("every class has %s or more, so there is nothing to make; give a larger --per-class or leave --fill out", printable.Count(a.PerClass, "image", "images"))
	case a.write.Format == dataset.IDXFiles && len(x.Classes) > 256:
		return 0, fmt.Errorf("%d classes are more than the 256 of IDX files; use --format png", len(x.Classes))
	case total > math.MaxUint32:
		return 0, fmt.Errorf("%d new images are too many; give a smaller --per-class", total)
	}
	return total, nil
}
