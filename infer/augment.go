package infer

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"sync"

	"govae/internal/option"
	"govae/internal/random"
	"govae/latent"
)

// AugmentMethod is a way to make a new image of a class from given ones.
type AugmentMethod string

const (
	// Jitter draws from around the code of one image: z = mean + noise sigma eps
	// with eps ~ N(0, I). Noise 1 is a draw from the posterior q(z|x).
	Jitter AugmentMethod = "jitter"
	// Interpolation takes a random point on the line between the means of two
	// images of one class.
	Interpolation AugmentMethod = "interpolate"
	// Sampling draws from the prior, and decodes that as the class. Where the decoder is a sampler,
	// as in Pair{Encoder: pair.Encoder, Decoder: sampler}, that is near codes of its images. The model must be
	// conditional on classes.
	Sampling AugmentMethod = "sample"
)

// AugmentOptions say which images are made. PerClass must be given.
type AugmentOptions struct {
	Method AugmentMethod // "" means Jitter
	Noise  float64       // of Jitter, in posterior standard deviations; 0 means 1
	// PerClass is the number of new images of each class. With Fill the given
	// images count too: a class gets what it lacks to PerClass, and so all classes
	// become equally large.
	PerClass int
	Fill     bool
	Seed     uint64
	// First and N choose a part of the new images: N of them from number First on, or all
	// where N is 0. A part has no Filter, as that chooses images by those before them.
	First, N int
	// Filter, if not nil, lets only images through that a classifier reads as their class.
	Filter *AugmentFilter
}

// Synthetic is a new image of a class.
type Synthetic struct {
	Image
	Class int
	// Sources are the numbers of the given images that it was made from: one for
	// Jitter, two for Interpolation, none for Sampling.
	Sources []int
	Mix     float64 // weight of the second source, in [0, 1)
	Noise   float64 // of Jitter, in posterior standard deviations
	// Probability of the class by the filter's classifier; 0 without a filter.
	Probability float64
}

// check finds mistakes in the options.
func (o AugmentOptions) check() error {
	switch {
	case !slices.Contains([]AugmentMethod{Jitter, Interpolation, Sampling}, o.Method):
		return option.Wrong("Method", o.Method, fmt.Sprintf("%s, %s or %s", Jitter, Interpolation, Sampling))
	case !(o.Noise > 0) || math.IsInf(o.Noise, 0):
		return option.Wrong("Noise", o.Noise, "a positive number")
	case o.PerClass < 1 || o.PerClass >= math.MaxUint32:
		return option.Wrong("PerClass", o.PerClass, fmt.Sprintf("a number from 1 to %d", uint32(math.MaxUint32-1)))
	case o.First < 0 || o.N < 0 || o.First > 0 && o.N == 0:
		return option.Wrong("First", o.First, "a number of images from there on")
	case o.N > 0 && o.Filter != nil:
		return option.Wrong("N", o.N, "0, as a Filter needs all images")
	}
	return o.Filter.check()
}

// Counts returns how many images [Pair.Augment] makes of each class that is among the
// labels.
func (o AugmentOptions) Counts(labels []int) map[int]int {
	counts := map[int]int{}
	for _, class := range labels {
		counts[class]++
	}
	for class, given := range counts {
		counts[class] = o.PerClass
		if o.Fill {
			counts[class] = max(0, o.PerClass-given)
		}
	}
	return counts
}

// Total returns how many images [Pair.Augment] makes. A class with too few images for
// the method is a [*ClassSizeError].
func (o AugmentOptions) Total(labels []int) (int, error) {
	given := map[int]int{}
	for _, class := range labels {
		given[class]++
	}
	counts, total := o.Counts(labels), 0
	for _, class := range slices.Sorted(maps.Keys(counts)) {
		if o.Method == Interpolation && given[class] == 1 && counts[class] > 0 {
			return 0, &ClassSizeError{class}
		}
		total += counts[class]
	}
	return total, nil
}

// ClassSizeError says that a class has one image, where the method [Interpolation] needs
// two.
type ClassSizeError struct{ Class int }

func (e *ClassSizeError) Error() string {
	return fmt.Sprintf("class %d has one image, and the method %s needs two; add images or use %s", e.Class, Interpolation, Jitter)
}

// Augment makes new images of the classes that images, a stream in which image i
// has the class labels[i], belong to. Classes take turns, so that the first images
// of the result are balanced as well. Within a class all given images serve equally
// often, in an order that the seed decides. Image i of a class and a seed is the
// same however many are made.
//
// A conditional pair needs the label of the given images ([Pair.WithLabel]); a new one is
// decoded with that of its first source, or of any image of its class.
//
// Nothing but a Filter makes sure that a new image still looks like its class: the more
// noise, and the more the classes overlap in latent space, the less it may.
//
// The codes of the given images are held in memory; the result is a stream like that of
// [Decoder.DecodeAll].
func (p *Pair) Augment(ctx context.Context, images iter.Seq2[Image, error], labels []int, o AugmentOptions) iter.Seq2[Synthetic, error] {
	o.Method, o.Noise = cmp.Or(o.Method, Jitter), cmp.Or(o.Noise, 1)
	return func(yield func(Synthetic, error) bool) {
		plan, err := newPlan(ctx, p, images, labels, o)
		if err != nil {
			yield(Synthetic{}, err)
			return
		}
		if o.Filter != nil {
			plan.filtered(ctx, p.Decoder)(yield)
		} else {
			plan.made(ctx, p.Decoder)(yield)
		}
	}
}

// made yields the images of the plan.
func (p *plan) made(ctx context.Context, decoder *Decoder) iter.Seq2[Synthetic, error] {
	return func(yield func(Synthetic, error) bool) {
		// The decoder reads points ahead of its images, so the plan is walked twice.
		points := func(yield func([]float32, error) bool) {
			for _, z := range p.all() {
				if !yield(z, nil) {
					return
				}
			}
		}
		next, stop := iter.Pull2(p.all())
		defer stop()
		decoder, stopLabels := p.labelled(decoder)
		defer stopLabels()
		for image, err := range decoder.DecodeAll(ctx, points) {
			if err != nil {
				yield(Synthetic{}, err)
				return
			}
			made, _, _ := next()
			made.Image = image
			if !yield(made, nil) {
				return
			}
		}
	}
}

// plan says how every new image is made.
type plan struct {
	AugmentOptions
	dims    int
	codes   []latent.Code // of the given images, for methods that need them
	classes []int         // in ascending order
	members map[int][]int // the given images of each class, in the order in which they serve
	counts  map[int]int   // images to make of each class
	first   map[int]int   // the number of the first of them within the class
}

func newPlan(ctx context.Context, pair *Pair, images iter.Seq2[Image, error], labels []int, o AugmentOptions) (*plan, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	encoder := pair.Encoder
	if o.Method == Sampling && pair.Classes() == nil {
		return nil, &UnconditionalError{pair.Decoder.name}
	}
	if o.Method == Jitter && encoder.contract.noLogVar {
		return nil, fmt.Errorf("%s: gives no log variance, by which %s is scaled; use the method %s", encoder.name, Jitter, Interpolation)
	}
	p := &plan{AugmentOptions: o, dims: pair.Decoder.Latent(), members: map[int][]int{}, counts: o.Counts(labels), first: map[int]int{}}
	for i, class := range labels {
		p.members[class] = append(p.members[class], i)
	}
	p.classes = slices.Sorted(maps.Keys(p.members))
	if _, err := o.Total(labels); err != nil {
		return nil, err
	}
	for _, class := range p.classes {
		order := random.New(o.Seed, random.Augment, uint32(class), 0)
		order.Shuffle(p.members[class])
	}
	if o.Method == Sampling {
		return p, nil
	}
	for code, err := range encoder.EncodeAll(ctx, images) {
		if err != nil {
			return nil, err
		}
		p.codes = append(p.codes, code)
	}
	if len(p.codes) != len(labels) {
		return nil, fmt.Errorf("%d labels for %d images", len(labels), len(p.codes))
	}
	return p, nil
}

// order yields, for every new image asked for, its class and its number within the class.
func (p *plan) order() iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		number := 0
		for i, more := 0, true; more; i++ {
			more = false
			for _, class := range p.classes {
				if i >= p.counts[class] {
					continue
				}
				more = true
				if number++; number <= p.First {
					continue
				}
				if p.N > 0 && number > p.First+p.N || !yield(class, p.first[class]+i) {
					return
				}
			}
		}
	}
}

// all yields every new image, yet without pixels, and its latent point, which is
// valid until the next one.
func (p *plan) all() iter.Seq2[Synthetic, []float32] {
	return func(yield func(Synthetic, []float32) bool) {
		var z []float32
		for class, i := range p.order() {
			var made Synthetic
			made, z = p.draw(z[:0], class, i)
			if !yield(made, z) {
				return
			}
		}
	}
}

// labelled returns the decoder with the labels of the new images, until stop is called.
func (p *plan) labelled(decoder *Decoder) (d *Decoder, stop func()) {
	label := decoder.label
	if label == nil {
		return decoder, func() {}
	}
	next, stop := iter.Pull2(p.order())
	var mu sync.Mutex
	var sources []int // of the rows so far
	return &Decoder{decoder.with(func(row int, weights []float32) error {
		mu.Lock()
		defer mu.Unlock()
		for len(sources) <= row {
			class, i, ok := next()
			if !ok {
				return fmt.Errorf("row %d has no label: there are %d", row, len(sources))
			}
			sources = append(sources, p.source(class, i))
		}
		return label(sources[row], weights)
	})}, stop
}

// source is the first of the given images that image i of a class is made from.
func (p *plan) source(class, i int) int {
	members := p.members[class]
	return members[i%len(members)]
}

// draw plans image i of a class and appends its latent point to z.
func (p *plan) draw(z []float32, class, i int) (Synthetic, []float32) {
	r := random.New(p.Seed, random.Augment, uint32(class), uint32(i)+1)
	if p.Method == Sampling {
		z = append(z, make([]float32, p.dims)...)
		r.Normal(z)
		return Synthetic{Class: class}, z
	}
	members := p.members[class]
	first := i % len(members)
	code := p.codes[p.source(class, i)]
	if p.Method == Jitter {
		eps := make([]float32, len(code.Mean))
		r.Normal(eps)
		for j, mean := range code.Mean {
			sigma := math.Exp(float64(code.LogVar[j]) / 2)
			z = append(z, mean+float32(p.Noise*sigma*float64(eps[j])))
		}
		return Synthetic{Class: class, Sources: []int{members[first]}, Noise: p.Noise}, z
	}
	second := (first + 1 + r.IntN(len(members)-1)) % len(members)
	mix := r.Float64()
	for j, b := range p.codes[members[second]].Mean {
		a := code.Mean[j]
		z = append(z, a+float32(mix*float64(b-a)))
	}
	return Synthetic{Class: class, Sources: []int{members[first], members[second]}, Mix: mix}, z
}
