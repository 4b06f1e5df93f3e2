package main

import (
	"context"
	"math/rand/v2"
	"slices"

	"govae/dataset"
	"govae/export"
	"govae/infer"
	"govae/models"
	"govae/train"
)

// conditional is a VAE that knows classes, with the classifier that has labelled most of its
// images.
type conditional struct {
	*infer.Pair
	classifier *infer.Classifier
}

// fitConditional trains a VAE that knows classes on few images with labels and all others
// without, for about the given number of steps, and a classifier before.
func (e *experiment) fitConditional(ctx context.Context, few *dataset.Images, seed uint64) (c conditional, err error) {
	const batch = 100
	names := e.names
	m, err := models.New(models.Config{Arch: "mlp", Image: few.Shape, Latent: 16, Labels: names, Conditional: true}, seed)
	if err != nil {
		return c, err
	}
	unlabelled := *e.train
	unlabelled.Labels = nil
	data := &dataset.Data{Name: "images", Train: few, Unlabelled: &unlabelled, Test: few.Head(1), Classes: names}
	options := train.Options{
		Epochs: max(1, e.labelledSteps*batch/unlabelled.Len()), Batch: batch, LR: train.Course{Kind: train.OneCycle, Peak: 3e-3},
		Seed: seed, ClassifierSteps: e.labelSteps,
	}
	if _, err := train.Run(ctx, m, data, options); err != nil {
		return c, err
	}
	classifier, err := export.Classifier(m, export.Options{})
	if err != nil {
		return c, err
	}
	if c.Pair, err = pairOf(m); err != nil {
		return c, err
	}
	c.classifier, err = infer.NewClassifier(classifier, everywhere)
	return c, err
}

// labels adds what a conditional VAE and its classifier make of few labelled images.
func (e *experiment) labels(ctx context.Context, few *dataset.Images, shifted set, synthetic map[cell]set, k int, seed uint64) error {
	vae, err := e.fitConditional(ctx, few, seed)
	if err != nil {
		return err
	}
	defer vae.Close()
	defer vae.classifier.Close()
	labelled, err := vae.WithLabel(infer.Classes(few.Labels))
	if err != nil {
		return err
	}
	o := infer.AugmentOptions{Method: infer.Sampling, PerClass: e.perClass, Seed: seed}
	unfiltered, err := augment(ctx, labelled, toSet(few), o)
	if err != nil {
		return err
	}
	o.Filter, o.PerClass = &infer.AugmentFilter{Classifier: vae.classifier, Confidence: e.confidence}, e.many
	many, err := augment(ctx, labelled, toSet(few), o)
	if err != nil {
		return err
	}
	chosen := many.first(e.perClass, e.classes)
	synthetic[cell{sawLabels, samples, k}] = unfiltered
	synthetic[cell{sawLabels, sure, k}] = chosen
	synthetic[cell{sawLabels, shiftsSure, k}] = join(shifted, chosen)
	synthetic[cell{sawLabels, shiftsMany, k}] = join(shifted, shake(many, few.H, few.W, rand.New(rand.NewPCG(seed, 4))))

	// Images that the classifier labels, as many; and where it is sure of them, what is near them.
	others := e.train.Select(rand.New(rand.NewPCG(seed, 3)).Perm(e.train.Len())[:e.perClass*e.classes])
	if _, others.Labels, err = vae.classifier.Sure(ctx, others.All(), 0); err != nil {
		return err
	}
	synthetic[cell{sawLabels, pseudo, k}] = toSet(others)
	if err := e.near(ctx, vae, others, shifted, synthetic, k, seed); err != nil {
		return err
	}

	right := 0
	test := infer.Images{Shape: few.Shape, Pixels: e.test.x}
	_, told, err := vae.classifier.Sure(ctx, test.All(), 0)
	for i, class := range told {
		if class == e.test.labels[i] {
			right++
		}
	}
	e.results.add(cell{sawLabels, itself, k}, float64(right)/float64(len(told)), 1)
	return err
}

// near adds images without a label of whose class the classifier is sure, moved, and those that
// the VAE draws around them: for each class as many.
func (e *experiment) near(ctx context.Context, vae conditional, others *dataset.Images, shifted set, synthetic map[cell]set, k int, seed uint64) error {
	index, _, err := vae.classifier.Sure(ctx, others.All(), e.confidence)
	if err != nil {
		return err
	}
	given := others.Select(index)
	labelled, err := vae.WithLabel(infer.Classes(given.Labels))
	if err != nil {
		return err
	}
	drawn, err := augment(ctx, labelled, toSet(given), infer.AugmentOptions{
		Method: infer.Jitter, Noise: e.noise, PerClass: e.many, Seed: seed,
		Filter: &infer.AugmentFilter{Classifier: vae.classifier, Confidence: e.confidence},
	})
	if err != nil {
		return err
	}
	move := func(s set) set { return shake(s, given.H, given.W, rand.New(rand.NewPCG(seed, 5))) }
	synthetic[cell{sawLabels, shiftsNear, k}] = join(shifted, move(drawn))
	copies := slices.Repeat([]set{toSet(given)}, e.many/e.perClass)
	synthetic[cell{sawLabels, shiftsPseudo, k}] = join(shifted, move(join(copies...)))
	return nil
}

// encoded measures a classifier of codes: the means of the VAE of all images in place of pixels.
func (e *experiment) encoded(ctx context.Context, real set, k int, seed uint64) error {
	code := func(s set) (set, error) {
		mean, _, err := e.all.Encoder.Encode(ctx, s.x)
		return set{mean, s.labels}, err
	}
	if e.codes.x == nil {
		var err error
		if e.codes, err = code(e.test); err != nil {
			return err
		}
	}
	few, err := code(real)
	if err != nil {
		return err
	}
	dims := e.all.Encoder.Latent()
	r := rand.New(rand.NewPCG(seed, 2))
	c := newClassifier(dims, hidden, e.classes, r)
	c.train(e.steps, batches(few, set{}, dims, r))
	e.results.add(cell{sawAll, codes, k}, c.accuracy(e.codes), 1)
	return nil
}
