package main

import (
	"strings"

	"govae/cmd/internal/advice"
	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/infer"
	"govae/internal/printable"
)

// conditional is a model that may be conditional on a class, and is S with a label.
type conditional[S any] interface {
	model
	Classes() []string
	Class(name string) (int, error)
	LabelOf(labels []int, classes []string) (infer.Label, error)
	WithLabel(infer.Label) (S, error)
}

// ofClass returns a model with the class of --label, which one that is conditional needs.
func ofClass[S conditional[S]](m *modelFlags, s S) (S, error) {
	if m.label == "" && s.Classes() == nil {
		return s, nil
	}
	class, err := s.Class(m.label)
	if err != nil {
		return s, err
	}
	return s.WithLabel(infer.Class(class))
}

// targetClass returns the number of the class that --to-label names.
func targetClass(s interface{ Class(string) (int, error) }, name string) (int, error) {
	class, err := s.Class(name)
	return class, advice.Add(err, unknownLabel("--to-label"))
}

// unknownLabel is advice on a class that is missing, or that the model does not know; this flag gives it.
func unknownLabel(flag string) advice.Advice {
	return advice.On(func(e *infer.LabelError) string {
		return nearestClass(e.Class, e.Classes) + " (" + flag + " CLASS)"
	})
}

// nearestClass is the end of a line that lists classes: which of them may be meant, where they are
// too many to list them all.
func nearestClass(class string, classes []string) string {
	if class == "" || !strings.HasSuffix(printable.Names(classes), "…") {
		return ""
	}
	return cli.DidYouMean(class, "", classes)
}

// ofImages returns a model with the classes of images, or that of --label where they have
// none.
func ofImages[S conditional[S]](m *modelFlags, s S, x dataset.Selection) (S, error) {
	if s.Classes() == nil || x.Labels == nil {
		return ofClass(m, s)
	}
	label, err := s.LabelOf(x.Labels, x.Classes)
	if err != nil {
		return s, err
	}
	return s.WithLabel(label)
}

// forImages is ofImages, but a --label that is given stands above the classes of images.
func forImages[S conditional[S]](m *modelFlags, s S, x dataset.Selection) (S, error) {
	if m.label != "" {
		return ofClass(m, s)
	}
	return ofImages(m, s, x)
}
