package dataset

import (
	"fmt"

	"govae/images"
)

// Validate reports whether a model can be trained on d: all splits hold images, all of
// one shape and whole, each with a label of d.Classes or none, and d.Framing is valid
// ([images.Framing.Check]); only d.Validation and d.Unlabelled may be nil. What a [Source] gives is
// valid, unless [Options].Whole left d.Test nil; data that a program fills in may not be.
func (d *Data) Validate() error {
	for _, split := range []struct {
		name string
		*images.Set
	}{{"training", d.Train}, {"test", d.Test}, {"validation", d.Validation}, {"unlabelled", d.Unlabelled}} {
		if split.Set == nil && (split.name == "validation" || split.name == "unlabelled") {
			continue
		}
		if split.Set == nil || len(split.Pixels) == 0 && split.Len() == 0 {
			return fmt.Errorf("%sthere are no %s images: at least one is needed", d.prefix(), split.name)
		}
		if err := d.validate(split.Set); err != nil {
			return fmt.Errorf("%s%s images: %w", d.prefix(), split.name, err)
		}
		if split.Shape != d.Train.Shape {
			return fmt.Errorf("%straining images are %v but %s images %v: make them one size", d.prefix(), d.Train.Shape, split.name, split.Shape)
		}
	}
	if err := d.Framing.Check(); err != nil {
		return fmt.Errorf("%s%w", d.prefix(), err)
	}
	return nil
}

// CheckLabels reports whether every image has a label, as a conditional model needs. The error is
// an [*UnlabelledError].
func (d *Data) CheckLabels() error {
	for _, split := range []struct {
		name string
		*images.Set
	}{{"training", d.Train}, {"test", d.Test}, {"validation", d.Validation}} {
		if split.Set != nil && split.Labels == nil {
			return &UnlabelledError{Name: d.Name, Split: split.name}
		}
	}
	return nil
}

// prefix begins an error.
func (d *Data) prefix() string {
	if d.Name == "" {
		return ""
	}
	return d.Name + ": "
}

// validate is [Data.Validate] for a split that holds something.
func (d *Data) validate(m *Images) error {
	n := m.Shape.Len()
	switch {
	case m.H < 1 || m.W < 1 || m.C != 1 && m.C != 3:
		return fmt.Errorf("the shape %v is not that of images: want a height, a width and 1 or 3 channels", m.Shape)
	case m.H > MaxPixels/m.W:
		return fmt.Errorf("are %dx%d (height x width): scale them to at most %d pixels", m.H, m.W, MaxPixels)
	case len(m.Pixels)%n != 0:
		return fmt.Errorf("%d bytes are no whole number of images of %v, each of %d", len(m.Pixels), m.Shape, n)
	case m.Labels != nil && len(m.Labels) != m.Len():
		return fmt.Errorf("%d labels for %d images: give one for each, or none", len(m.Labels), m.Len())
	case m.Names != nil && len(m.Names) != m.Len():
		return fmt.Errorf("%d names for %d images: give one for each, or none", len(m.Names), m.Len())
	}
	for i, label := range m.Labels {
		if label < 0 || label >= len(d.Classes) {
			return fmt.Errorf("image %d has the label %d, and there are %d classes: name all classes, or leave labels out", i, label, len(d.Classes))
		}
	}
	return nil
}
