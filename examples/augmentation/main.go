// Command augmentation measures whether images that a VAE makes help to train a
// classifier when there are few real ones.
//
// For several numbers of real images per class and several seeds it trains the same
// small classifier, for the same number of steps, on the real images alone and
// together with synthetic ones, and prints the accuracy on all test images. The VAE
// sees either the same few images or, for a second table, all training images, but
// no label, or, for a third one, all training images with the labels of the few. Nothing is
// tuned here: every setting was fixed before the first run.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"govae/dataset"
	"govae/infer"
)

// settings say what is measured.
type settings struct {
	sizes      []int // real images per class
	seeds      int
	perClass   int     // synthetic images per class and method
	many       int     // where they are more
	steps      int     // of each classifier
	fewSteps   int     // of a VAE that sees the few images
	allSteps   int     // of the VAE that sees all images
	noise      float64 // of the jitter
	judgeSteps int     // of the classifier that sees all images with their labels
	// Of a VAE that sees all images and a few labels, and of the classifier before it.
	labelledSteps, labelSteps int
	confidence                float64 // of that classifier in samples that are kept
	saw                       []string
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("augmentation: ")
	s := settings{sizes: []int{10, 20, 50, 100}, perClass: 500, steps: 1500, fewSteps: 2000, allSteps: 6000, judgeSteps: 6000, many: 2000, labelledSteps: 3000, labelSteps: 1000, confidence: 0.9}
	data := flag.String("data", "", "labelled gray images: mnist (downloaded once) or a folder of IDX files")
	flag.IntVar(&s.seeds, "seeds", 5, "number of repetitions")
	flag.Float64Var(&s.noise, "noise", 1, "of the jitter, in standard deviations of the posterior")
	plot := flag.String("plot", "augmentation.png", "picture to write")
	tables := flag.String("tables", "123", "what to measure: 1 for a VAE that saw the few images, 2 for one that saw all without labels, 3 for one that saw all with the labels of the few")
	sizes := flag.String("sizes", "10,20,50,100", "real images of each class")
	flag.Parse()
	for i, saw := range []string{sawFew, sawAll, sawLabels} {
		if strings.Contains(*tables, strconv.Itoa(i+1)) {
			s.saw = append(s.saw, saw)
		}
	}
	var err error
	if s.sizes, err = parseSizes(*sizes); err != nil || *data == "" || flag.NArg() > 0 || s.seeds < 2 || !(s.noise > 0 && s.noise < 100) || s.saw == nil {
		fmt.Fprintln(os.Stderr, "usage: go run ./examples/augmentation -data mnist [-seeds 5] [-noise 1] [-tables 123] [-sizes 10,20,50,100] [-plot augmentation.png]")
		fmt.Fprintln(os.Stderr, "\nMeasures whether images made by a VAE help a classifier that has few real ones;\ntakes about twenty minutes of processor time. At least two seeds are needed.")
		os.Exit(2)
	}
	ctx := context.Background()
	images, err := load(ctx, *data)
	if err != nil {
		log.Fatal(err)
	}
	results, err := measure(ctx, images, s, os.Stderr)
	if err != nil {
		log.Fatal(err)
	}
	results.print(os.Stdout)
	if err := results.plot(*plot); err != nil {
		log.Fatal(err)
	}
}

// parseSizes reads numbers of images.
func parseSizes(text string) (sizes []int, err error) {
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 2 || n > 500 {
			return nil, fmt.Errorf("%s: want numbers of images from 2 to 500", text)
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

// The arms of the comparison: on what a classifier is trained beside the real images.
const (
	nothing       = "nothing"
	shifts        = "shifts"
	jitter        = "jitter"
	interpolation = "interpolation"
	shiftsJitter  = "shifts and jitter"
	codes         = "nothing, codes for pixels"
	samples       = "samples"
	sure          = "sure samples"
	shiftsSure    = "shifts and sure samples"
	shiftsMany    = "shifts of real images and of four times as many sure samples"
	shiftsNear    = "shifts of real images and of four times as many drawn around images that the classifier labels"
	pseudo        = "images that the classifier labels"
	shiftsPseudo  = "shifts of real images and of those that the classifier labels"
	itself        = "the labelling classifier itself"
)

// What the VAE has seen.
const (
	sawFew = "the same few images"
	sawAll = "all training images, without labels"
	// A classifier labels the others for it.
	sawLabels = "all training images, with the labels of the few"
)

// measure trains and tests everything. It tells progress to the writer.
func measure(ctx context.Context, data *dataset.Data, s settings, progress io.Writer) (*results, error) {
	start := time.Now()
	tell := func(format string, args ...any) {
		fmt.Fprintf(progress, "%4.0f s: %s\n", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
	}
	e := &experiment{settings: s, classes: len(data.Classes), names: data.Classes, pixels: data.Train.Shape.Len(), train: data.Train, test: toSet(data.Test)}
	e.results = &results{settings: s, test: len(e.test.labels), total: data.Train.Len(), accuracy: map[cell][]float64{}, kept: map[cell][]float64{}}
	if slices.Contains(s.saw, sawAll) {
		var err error
		if e.all, err = fitVAE(ctx, data.Train, s.allSteps, 0); err != nil {
			return nil, err
		}
		tell("a VAE of all %d images, without labels", data.Train.Len())
	}
	r := rand.New(rand.NewPCG(0, 0))
	e.judge = newClassifier(e.pixels, hidden, e.classes, r)
	e.judge.train(s.judgeSteps, batches(toSet(data.Train), set{}, e.pixels, r))
	e.results.judge = e.judge.accuracy(e.test)
	tell("the classifier that judges synthetic images: %.1f %%", 100*e.results.judge)
	for seed := range s.seeds {
		for _, k := range s.sizes {
			if err := e.run(ctx, k, uint64(seed)+1); err != nil {
				return nil, err
			}
			tell("seed %d, %d images per class: %.1f %% without augmentation, %.1f %% with shifts", seed+1, k, 100*e.results.accuracy[cell{"", nothing, k}][seed], 100*e.results.accuracy[cell{"", shifts, k}][seed])
			for _, arm := range arms(sawLabels) {
				arm.k = k
				if v := e.results.accuracy[arm]; len(v) > seed && arm.saw != "" {
					tell("  %s: %.1f %%", arm.arm, 100*v[seed])
				}
			}
		}
	}
	return e.results, nil
}

// hidden is the width of the classifiers' hidden layer.
const hidden = 64

// experiment is what all repetitions share.
type experiment struct {
	settings
	classes, pixels int
	train           *dataset.Images
	test            set
	all             *infer.Pair // has seen all training images, but no label
	codes           set         // of the test images for that VAE
	names           []string    // of the classes
	judge           *classifier // has seen all training images with their labels
	results         *results
}

// run measures all arms for one seed and one number of images per class.
func (e *experiment) run(ctx context.Context, k int, seed uint64) error {
	few, err := choose(e.train, e.classes, k, rand.New(rand.NewPCG(seed, 0)))
	if err != nil {
		return err
	}
	real := toSet(few)
	shifted := shift(few, e.perClass, e.classes, rand.New(rand.NewPCG(seed, 1)))
	synthetic := map[cell]set{{"", nothing, k}: {}, {"", shifts, k}: shifted}
	blind := map[string]*infer.Pair{}
	if e.all != nil {
		blind[sawAll] = e.all
		if err := e.encoded(ctx, real, k, seed); err != nil {
			return err
		}
	}
	if slices.Contains(e.saw, sawFew) {
		if blind[sawFew], err = fitVAE(ctx, few, e.fewSteps, seed); err != nil {
			return err
		}
	}
	if slices.Contains(e.saw, sawLabels) {
		if err := e.labels(ctx, few, shifted, synthetic, k, seed); err != nil {
			return err
		}
	}
	for saw, v := range blind {
		for name, method := range map[string]infer.AugmentMethod{jitter: infer.Jitter, interpolation: infer.Interpolation} {
			made, err := augment(ctx, v, real, infer.AugmentOptions{Method: method, Noise: e.noise, PerClass: e.perClass, Seed: seed})
			if err != nil {
				return err
			}
			synthetic[cell{saw, name, k}] = made
			if name == jitter {
				synthetic[cell{saw, shiftsJitter, k}] = join(shifted, made)
			}
		}
	}
	var fits sync.WaitGroup
	var mu sync.Mutex
	for arm, images := range synthetic {
		fits.Go(func() {
			r := rand.New(rand.NewPCG(seed, 2)) // all arms begin with the same weights
			c := newClassifier(e.pixels, hidden, e.classes, r)
			c.train(e.steps, batches(real, images, e.pixels, r))
			accuracy, kept := c.accuracy(e.test), e.judge.accuracy(images)
			mu.Lock()
			defer mu.Unlock()
			e.results.add(arm, accuracy, kept)
		})
	}
	fits.Wait()
	return ctx.Err()
}
