package infer

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"govae/internal/option"
)

// AugmentFilter keeps only those new images that a classifier assigns to the class that they are
// made for, so that none is of another class by mistake. It tries as many as that takes, up to a
// limit.
type AugmentFilter struct {
	Classifier *Classifier
	// Classes are the names of the classes by the labels of the given images, by which the
	// classifier knows them; nil means that it has the same labels.
	Classes []string
	// Confidence is the least probability that the classifier gives to the class; 0 means 0.9.
	Confidence float64
	// OnTried is called for each image that is tried. It may be nil.
	OnTried func(class int, kept bool)
}

// A class is given up after mostTries tries for each image that is wanted, and leastTries more.
const (
	mostTries  = 20
	leastTries = 1000
)

// leastRound is the number of images of a class that are tried at a time, at least.
const leastRound = 64

// judgedAtOnce is the number of images that the classifier is given at a time.
const judgedAtOnce = 256

// UnconvincingError says that a filter lets hardly any new image of a class through.
type UnconvincingError struct {
	Class       string
	Kept, Tried int
	Confidence  float64
}

func (e *UnconvincingError) Error() string {
	return fmt.Sprintf("the classifier reads %d of %d new images of class %.40s as that with a probability of %g or more: want less confidence, or train the model longer", e.Kept, e.Tried, e.Class, e.Confidence)
}

// check finds mistakes in the options of the filter, which may be nil.
func (f *AugmentFilter) check() error {
	switch {
	case f == nil:
	case f.Classifier == nil:
		return option.Wrong("Filter", "nil", "a classifier")
	case !(f.Confidence >= 0 && f.Confidence <= 1):
		return option.Wrong("Confidence", f.Confidence, "a number from 0 to 1")
	}
	return nil
}

// numbers are those of the plan's classes for the classifier.
func (f *AugmentFilter) numbers(classes []int) (map[int]int, error) {
	c, numbers := f.Classifier, map[int]int{}
	for _, class := range classes {
		numbers[class] = class
		if f.Classes != nil && (class < 0 || class >= len(f.Classes)) {
			return nil, option.Wrong("Classes", f.Classes, fmt.Sprintf("a name for label %d, too", class))
		}
		if f.Classes != nil {
			numbers[class] = slices.Index(c.Classes(), f.Classes[class])
		}
		if n := numbers[class]; n < 0 || n >= len(c.Classes()) {
			return nil, &LabelError{c.name, f.name(class), c.Classes()}
		}
	}
	return numbers, nil
}

// name is that of a class.
func (f *AugmentFilter) name(class int) string {
	if f.Classes != nil {
		return f.Classes[class]
	}
	return fmt.Sprint(class)
}

// filtered yields as many images of each class as the plan has, out of more.
func (p *plan) filtered(ctx context.Context, decoder *Decoder) iter.Seq2[Synthetic, error] {
	f := p.Filter
	confidence := cmp.Or(f.Confidence, 0.9)
	return func(yield func(Synthetic, error) bool) {
		fail := func(err error) { yield(Synthetic{}, err) }
		if got, want := f.Classifier.Shape(), decoder.Shape(); got != want {
			fail(fmt.Errorf("%s: is for images of %v, and %s makes such of %v", f.Classifier.name, got, decoder.name, want))
			return
		}
		numbers, err := f.numbers(p.classes)
		if err != nil {
			fail(err)
			return
		}
		wanted, missing, tried := p.counts, maps.Clone(p.counts), map[int]int{}
		for {
			p.counts = map[int]int{}
			for _, class := range p.classes {
				if missing[class] == 0 {
					continue
				}
				if most := mostTries*wanted[class] + leastTries; tried[class] >= most {
					fail(&UnconvincingError{f.name(class), wanted[class] - missing[class], tried[class], confidence})
					return
				}
				p.first[class], p.counts[class] = tried[class], max(missing[class], leastRound)
			}
			if len(p.counts) == 0 {
				return
			}
			for m, err := range f.judged(ctx, p.made(ctx, decoder), numbers) {
				if err != nil {
					fail(err)
					return
				}
				if tried[m.Class]++; missing[m.Class] == 0 {
					continue // the round had more than were needed
				}
				kept := m.Probability >= confidence
				if f.OnTried != nil {
					f.OnTried(m.Class, kept)
				}
				if !kept {
					continue
				}
				if missing[m.Class]--; !yield(m, nil) {
					return
				}
			}
		}
	}
}

// judged tells of images how probable their class is, whose number the classifier has in numbers.
func (f *AugmentFilter) judged(ctx context.Context, made iter.Seq2[Synthetic, error], numbers map[int]int) iter.Seq2[Synthetic, error] {
	return func(yield func(Synthetic, error) bool) {
		for images, err := range blocks(made, judgedAtOnce) {
			var pixels []float32
			for _, m := range images {
				pixels = append(pixels, m.Pixels...)
			}
			var probabilities []float32
			if err == nil {
				probabilities, err = f.Classifier.Classify(ctx, pixels)
			}
			if err != nil {
				yield(Synthetic{}, err)
				return
			}
			for i, m := range images {
				m.Probability = float64(probabilities[i*f.Classifier.contract.Classes+numbers[m.Class]])
				if !yield(m, nil) {
					return
				}
			}
		}
	}
}

// blocks yields the values of a stream in slices of up to n, which are valid until the next.
func blocks[T any](stream iter.Seq2[T, error], n int) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		var block []T
		for v, err := range stream {
			if err != nil {
				yield(nil, err)
				return
			}
			if block = append(block, v); len(block) == n {
				if !yield(block, nil) {
					return
				}
				block = block[:0]
			}
		}
		if len(block) > 0 {
			yield(block, nil)
		}
	}
}
