package dataset

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"

	"govae/internal/printable"
)

// Split is a part of a source's images.
type Split string

const (
	TrainSplit Split = "train"
	TestSplit  Split = "test"
	AllSplits  Split = "all" // all images of the source, in its order
	// UnlabelledSplit are the images without a label where others have one: [Data].Unlabelled.
	UnlabelledSplit Split = "unlabelled"
	// UnseenSplit are images like those of TrainSplit that no training sees: those for validation, or
	// else those that were held out for testing. There may be none.
	UnseenSplit Split = "unseen"
)

// Selection is a choice of images with what they are called.
type Selection struct {
	*Images
	Classes []string  // the name of each label, or nil
	Split   Split     // empty for images that were not chosen by a split
	Reports []*Report // of what was read, where there is something to tell
	// Of is the number of images of the source if it has no test split of its own and this one was
	// held out from them; else 0.
	Of int

	// Warnings are [Data].Warnings of where the images are from.
	Warnings []error
}

// Name returns the name of image i: its file's name, or its place such as "test 17".
func (s Selection) Name(i int) string {
	switch {
	case s.Names != nil:
		return s.Names[i]
	case s.Split == AllSplits:
		return fmt.Sprintf("image %d", i)
	}
	return fmt.Sprintf("%s %d", s.Split, i)
}

// BaseNames returns the names of the images without folders, or with the last folder if two names
// would be the same without it.
func (s Selection) BaseNames() []string {
	names, seen := make([]string, s.Len()), make(map[string]bool)
	for i := range names {
		names[i] = path.Base(s.Name(i))
		seen[names[i]] = true
	}
	if len(seen) == len(names) {
		return names
	}
	for i := range names {
		names[i] = path.Join(path.Base(path.Dir(s.Name(i))), names[i])
	}
	return names
}

// Class returns the name of image i's label, empty if there are no labels.
func (s Selection) Class(i int) string {
	if s.Labels == nil {
		return ""
	}
	return s.Classes[s.Labels[i]]
}

// ClassError says that a source has no such class.
type ClassError struct {
	Class   string
	Classes []string // that it has
}

func (e *ClassError) Error() string {
	return fmt.Sprintf("has no class %q; its classes are %s", e.Class, printable.Names(e.Classes))
}

// Label returns the label of a class that is given by its name or, failing that, by its number.
// For any other text it returns a [*ClassError].
func (s Selection) Label(class string) (int, error) {
	if i := slices.Index(s.Classes, class); i >= 0 {
		return i, nil
	}
	if i, err := strconv.Atoi(class); err == nil && i >= 0 && i < len(s.Classes) {
		return i, nil
	}
	return 0, &ClassError{class, s.Classes}
}

// OneClassError says that two classes were wanted and one was named.
type OneClassError struct{ Class string }

func (e *OneClassError) Error() string { return fmt.Sprintf("both classes are %q; give two", e.Class) }

// OneSidedError says that two classes were wanted of images that have not both.
type OneSidedError struct {
	Split  Split
	Images int    // their number
	Of     string // "none" or "each" of them
	Class  string // is of this class
}

func (e *OneSidedError) Error() string {
	split := ""
	if e.Split != "" && e.Split != AllSplits {
		split = string(e.Split) + " "
	}
	return fmt.Sprintf("%s of its %d %simages is of class %q; give images of both sides", e.Of, e.Images, split, e.Class)
}

// Sides returns the labels of two classes, each named as for [Selection.Label], such as
// [govae/latent.LearnAttribute] takes. An empty name of the second means all others, and
// its label is -1. One class for both is a [*OneClassError], and a side without images a [*OneSidedError].
func (s Selection) Sides(first, second string) (a, b int, err error) {
	if a, err = s.Label(first); err != nil {
		return 0, 0, err
	}
	if !slices.Contains(s.Labels, a) {
		return 0, 0, &OneSidedError{s.Split, s.Len(), "none", s.Classes[a]}
	}
	if second == "" {
		if !slices.ContainsFunc(s.Labels, func(label int) bool { return label != a }) {
			return 0, 0, &OneSidedError{s.Split, s.Len(), "each", s.Classes[a]}
		}
		return a, -1, nil
	}
	if b, err = s.Label(second); err != nil {
		return 0, 0, err
	}
	if a == b {
		return 0, 0, &OneClassError{first}
	}
	if !slices.Contains(s.Labels, b) {
		return 0, 0, &OneSidedError{s.Split, s.Len(), "none", s.Classes[b]}
	}
	return a, b, nil
}

// Grouped reports whether the images are in the order of their classes, as those of folders are.
// The first ones are then no sample of all.
func (s Selection) Grouped() bool {
	return slices.IsSorted(s.Labels) && s.Len() > 0 && s.Labels != nil && s.Labels[0] != s.Labels[s.Len()-1]
}

// Choose returns the images with these numbers, which are called as before.
func (s Selection) Choose(index []int) (Selection, error) {
	var names []string
	for _, i := range index {
		if i < 0 || i >= s.Len() {
			return Selection{}, fmt.Errorf("has no image %d among those of split %s; give a number from 0 to %d", i, s.Split, s.Len()-1)
		}
		names = append(names, s.Name(i))
	}
	s.Images = s.Select(index)
	s.Names = names
	return s, nil
}

// ReadSplit reads a split of the source that spec means, as for [Open]. Only a source that has
// both labelled and unlabelled images has an [UnlabelledSplit].
func ReadSplit(ctx context.Context, spec string, split Split, o Options) (Selection, error) {
	if !slices.Contains([]Split{TestSplit, TrainSplit, UnlabelledSplit, UnseenSplit, AllSplits}, split) {
		return Selection{}, fmt.Errorf("dataset: split %q: want %s, %s, %s, %s or %s", split, TestSplit, TrainSplit, UnlabelledSplit, UnseenSplit, AllSplits)
	}
	o.Whole, o.Unlabelled = split == AllSplits, split == UnlabelledSplit
	source, err := Open(spec, o)
	if err != nil {
		return Selection{}, err
	}
	data, err := source.Load(ctx)
	if err != nil {
		return Selection{}, err
	}
	s := Selection{Images: data.Test, Classes: data.Classes, Split: split, Warnings: data.Warnings}
	if data.HeldOut && split == TestSplit {
		s.Of = data.Train.Len() + data.Test.Len()
	}
	if data.Report != nil {
		s.Reports = []*Report{data.Report}
	}
	switch split {
	case TrainSplit:
		s.Images = data.Train
	case UnlabelledSplit:
		if s.Images = data.Unlabelled; s.Images == nil {
			return Selection{}, fmt.Errorf("%s: has no images without a label beside others with one; put them into a folder unlabelled beside the class folders", spec)
		}
	case UnseenSplit:
		switch {
		case data.Validation != nil:
			s.Images = data.Validation
		case !data.HeldOut:
			s.Images = &Images{Shape: data.Train.Shape}
		}
	case AllSplits:
		s.Images = data.All()
	}
	return s, nil
}
