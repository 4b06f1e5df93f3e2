package dataset

import (
	"fmt"
	"math"
	"slices"

	"govae/images"
	"govae/internal/random"
)

// The streams of [random.Split]: one for each use.
const (
	heldOutStream = iota
	validationStream
	labelStream
)

// heldOutSeed chooses the held-out images, whatever the seed of a run.
const heldOutSeed = 1

// SplitValidation takes a fraction of the training images, at least one, as validation images.
// The seed chooses them, but a class keeps at least one image for training. Both splits keep the
// order and share memory with train. It is an error if the fraction is not between 0 and 1 or if
// no image would be left for training. [Validation] describes the choice, from which
// [Selection.HoldOut] repeats it.
func SplitValidation(train *Images, fraction float64, seed uint64) (rest, validation *Images, err error) {
	left, taken, err := splitValidation(train, fraction, seed)
	if err != nil {
		return nil, nil, err
	}
	return train.Select(left), train.Select(taken), nil
}

// Validation describes the images that [SplitValidation] takes.
func Validation(train *Images, fraction float64, seed uint64) *images.Validation {
	return &images.Validation{Fraction: fraction, Seed: seed, Of: fingerprint(train)}
}

// HoldOut splits s, the training images that v was taken from, into those that a model has learnt
// from and those that it was validated with. ok is false if s holds other images.
func (s Selection) HoldOut(v images.Validation) (rest, held Selection, ok bool) {
	if fingerprint(s.Images) != v.Of {
		return s, held, false
	}
	left, taken, err := splitValidation(s.Images, v.Fraction, v.Seed)
	if err != nil { // as of a file that somebody changed
		return s, held, false
	}
	rest, err = s.Choose(left)
	if err == nil {
		held, err = s.Choose(taken)
	}
	return rest, held, err == nil
}

// splitValidation returns the numbers of the images that are left, and of those that are taken.
func splitValidation(train *Images, fraction float64, seed uint64) (left, taken []int, err error) {
	if !(fraction > 0 && fraction < 1) {
		return nil, nil, fmt.Errorf("dataset: a validation fraction of %g: want a number between 0 and 1", fraction)
	}
	n := train.Len()
	k := max(1, int(math.Round(fraction*float64(n))))
	if k >= n {
		return nil, nil, fmt.Errorf("dataset: a fraction of %g for validation leaves none of %d training images: give a smaller one, or add images", fraction, n)
	}
	left, taken = splitIndex(n, k, seed, validationStream, classOf(train))
	return left, taken, nil
}

// SomeLabels returns the numbers of n images of each class of m, which the seed chooses, and
// those of all others, both in order. A class with fewer images is a [*FewImagesError].
func SomeLabels(m *Images, classes []string, n int, seed uint64) (some, others []int, err error) {
	order := make([]int, m.Len())
	for i := range order {
		order[i] = i
	}
	r := random.New(seed, random.Split, labelStream, 0)
	r.Shuffle(order)
	counts := make([]int, len(classes))
	for _, i := range order {
		if class := m.Labels[i]; counts[class] < n {
			counts[class]++
			some = append(some, i)
		} else {
			others = append(others, i)
		}
	}
	for class, found := range counts {
		if found < n {
			return nil, nil, &FewImagesError{classes[class], found, n}
		}
	}
	slices.Sort(some)
	slices.Sort(others)
	return some, others, nil
}

// holdOut takes a tenth of two or more images, at least one, as test images.
func holdOut(m *Images) (train, test *Images) {
	left, held := heldOut(m.Len(), classOf(m))
	return m.Select(left), m.Select(held)
}

// heldOut is holdOut of n images that are not read yet.
func heldOut[C comparable](n int, class func(i int) C) (train, test []int) {
	return splitIndex(n, max(1, n/10), heldOutSeed, heldOutStream, class)
}

// classOf returns a function that gives the label of an image, or always the same for images
// without labels.
func classOf(m *Images) func(i int) int {
	return func(i int) int {
		if m.Labels == nil {
			return 0
		}
		return m.Labels[i]
	}
}

// splitIndex takes k of n numbers at random. A class of which nothing would be left keeps its
// first number, unless nothing would be taken then. Both parts are in order.
func splitIndex[C comparable](n, k int, seed uint64, stream uint32, class func(i int) C) (rest, taken []int) {
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	r := random.New(seed, random.Split, stream, 0)
	r.Shuffle(index)
	taken, rest = index[:k], index[k:]
	slices.Sort(taken)
	left := map[C]bool{}
	for _, i := range rest {
		left[class(i)] = true
	}
	var kept, others []int
	for _, i := range taken {
		if c := class(i); left[c] {
			others = append(others, i)
		} else {
			left[c], kept = true, append(kept, i)
		}
	}
	if len(others) > 0 {
		rest, taken = slices.Concat(rest, kept), others
	}
	slices.Sort(rest)
	return rest, taken
}

// Order fills order with the numbers 0 to len(order)-1 as they are shuffled for an
// epoch of a run with the seed.
func Order(order []int, seed uint64, epoch int) {
	for i := range order {
		order[i] = i
	}
	r := random.New(seed, random.Shuffle, uint32(epoch), 0)
	r.Shuffle(order)
}
