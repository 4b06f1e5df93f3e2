// Command augmentation measures whether images that a VAE makes help to train a
// classifier when there are few real ones.
//
// For several numbers of real images per class and several seeds it trains the same
// small classifier, for the same number of steps, on the real images alone and
// together with synthetic ones, and prints the accuracy on all test images. The VAE
// sees either the same few images or, for a second table, all training images, but
// no label. Nothing is tuned here: every setting was fixed before the first run.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
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
	steps      int     // of each classifier
	fewSteps   int     // of a VAE that sees the few images
	allSteps   int     // of the VAE that sees all images
	noise      float64 // of the jitter
	judgeSteps int     // of the classifier that sees all images with their labels
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("augmentation: ")
	s := settings{sizes: []int{10, 20, 50, 100}, perClass: 500, steps: 1500, fewSteps: 2000, allSteps: 6000, judgeSteps: 6000}
	data := flag.String("data", "", "labelled gray images: mnist (downloaded once) or a folder of IDX files")
	flag.IntVar(&s.seeds, "seeds", 5, "number of repetitions")
	flag.Float64Var(&s.noise, "noise", 1, "of the jitter, in standard deviations of the posterior")
	plot := flag.String("plot", "augmentation.png", "picture to write")
	flag.Parse()
	if *data == "" || flag.NArg() > 0 || s.seeds < 2 || !(s.noise > 0 && s.noise < 100) {
		fmt.Fprintln(os.Stderr, "usage: go run ./examples/augmentation -data mnist [-seeds 5] [-noise 1] [-plot augmentation.png]")
		fmt.Fprintln(os.Stderr, "\nMeasures whether images made by a VAE help a classifier that has few real ones;\ntakes about seven minutes of processor time. At least two seeds are needed.")
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

// The arms of the comparison: on what a classifier is trained beside the real images.
const (
	nothing       = "nothing"
	shifts        = "shifts"
	jitter        = "jitter"
	interpolation = "interpolation"
	shiftsJitter  = "shifts and jitter"
)

// What the VAE has seen.
const (
	sawFew = "the same few images"
	sawAll = "all training images, without labels"
)

// measure trains and tests everything. It tells progress to the writer.
func measure(ctx context.Context, data *dataset.Data, s settings, progress io.Writer) (*results, error) {
	start := time.Now()
	tell := func(format string, args ...any) {
		fmt.Fprintf(progress, "%4.0f s: %s\n", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
	}
	e := &experiment{settings: s, classes: len(data.Classes), pixels: data.Train.Shape.Len(), train: data.Train, test: toSet(data.Test)}
	e.results = &results{settings: s, test: len(e.test.labels), total: data.Train.Len(), accuracy: map[cell][]float64{}, kept: map[cell][]float64{}}
	var err error
	if e.all, err = fitVAE(ctx, data.Train, s.allSteps, 0); err != nil {
		return nil, err
	}
	tell("a VAE of all %d images, without labels", data.Train.Len())
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
			tell("seed %d, %d images per class: %.1f %% without augmentation", seed+1, k, 100*e.results.accuracy[cell{"", nothing, k}][seed])
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
	own, err := fitVAE(ctx, few, e.fewSteps, seed)
	if err != nil {
		return err
	}
	shifted := shift(few, e.perClass, e.classes, rand.New(rand.NewPCG(seed, 1)))
	synthetic := map[cell]set{{"", nothing, k}: {}, {"", shifts, k}: shifted}
	for saw, v := range map[string]*infer.Pair{sawFew: own, sawAll: e.all} {
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
			e.results.accuracy[arm] = append(e.results.accuracy[arm], accuracy)
			e.results.kept[arm] = append(e.results.kept[arm], kept)
		})
	}
	fits.Wait()
	return ctx.Err()
}
