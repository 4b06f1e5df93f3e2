package latent

import (
	"encoding/json"
	"fmt"
	"math"

	"govae/internal/atomicfile"
)

// Attribute is a direction of the latent space along which images gain what one
// class has and another lacks: the difference of the classes' mean points (Larsen
// et al. 2016, Autoencoding beyond pixels, section 4.2.1).
type Attribute struct {
	Toward   string `json:"toward"`              // the class that images move to
	AwayFrom string `json:"away_from,omitempty"` // the class that they leave; empty for all others
	// ModelID is that of the [Space] that it was learned in: in that of another model the
	// direction means nothing. It is empty where the model's files have none.
	ModelID   string    `json:"model_id,omitempty"`
	Direction []float32 `json:"direction"` // [L], from mean to mean
}

// Others stands for all classes but one.
const Others = -1

// LearnAttribute returns the attribute between two classes of labelled points of a space, or from
// all [Others] to one class. There must be a label for each point, and points on both sides. The
// caller names the classes.
func LearnAttribute(s Space, points Points, labels []int, toward, awayFrom int) (Attribute, error) {
	sides := make([]int, len(labels))
	for i, label := range labels {
		switch {
		case label == toward:
		case label == awayFrom, awayFrom == Others:
			sides[i] = 1
		default:
			sides[i] = 2
		}
	}
	means, err := ClassMeans(points, sides)
	if err != nil {
		return Attribute{}, err
	}
	means = append(means, nil, nil)
	switch {
	case means[0] == nil:
		return Attribute{}, fmt.Errorf("none of %d images has the label %d; give images of both sides of an attribute", len(labels), toward)
	case means[1] == nil && awayFrom == Others:
		return Attribute{}, fmt.Errorf("all %d images have the label %d; give images of both sides of an attribute", len(labels), toward)
	case means[1] == nil:
		return Attribute{}, fmt.Errorf("none of %d images has the label %d; give images of both sides of an attribute", len(labels), awayFrom)
	}
	direction := make([]float32, len(means[0]))
	for k := range direction {
		direction[k] = means[0][k] - means[1][k]
	}
	if err := s.Check("a point", s.ModelID, len(direction), "give points of this model"); err != nil {
		return Attribute{}, err
	}
	return Attribute{ModelID: s.ModelID, Direction: direction}, nil
}

// maxLabel bounds the labels, and with them the classes that memory is kept for.
const maxLabel = 1 << 20

// ClassMeans returns the mean of the points of each label, which are counted from 0.
// It is nil for a label that no point has. There must be a label for each point.
func ClassMeans(points Points, labels []int) ([][]float32, error) {
	classes := 0
	for i, label := range labels {
		if label < 0 || label > maxLabel {
			return nil, fmt.Errorf("label %d is %d; want one from 0 to %d", i, label, maxLabel)
		}
		classes = max(classes, label+1)
	}
	sums, counts := make([][]float64, classes), make([]int, classes)
	i := 0
	for z, err := range sameLength(points) {
		if err != nil {
			return nil, err
		}
		if i == len(labels) {
			return nil, fmt.Errorf("more points than the %d labels; give one for each", len(labels))
		}
		label := labels[i]
		if sums[label] == nil {
			sums[label] = make([]float64, len(z))
		}
		for k, v := range z {
			sums[label][k] += float64(v)
		}
		counts[label]++
		i++
	}
	if i < len(labels) {
		return nil, fmt.Errorf("%d points, and %d labels; give one for each", i, len(labels))
	}
	means := make([][]float32, classes)
	for label, sum := range sums {
		for _, v := range sum {
			means[label] = append(means[label], float32(v/float64(counts[label])))
		}
	}
	return means, nil
}

// Add is the [Edit] that moves a point along the attribute, by the distance of the
// classes' means.
func (a Attribute) Add(z []float32) error {
	if len(z) != len(a.Direction) {
		return fmt.Errorf("an attribute of %d latent dimensions moves no point of %d", len(a.Direction), len(z))
	}
	for k, v := range a.Direction {
		z[k] += v
	}
	return nil
}

// Check returns an error unless the attribute belongs to a space, as far as both tell.
func (a Attribute) Check(s Space) error {
	return s.Check("the attribute", a.ModelID, len(a.Direction), "learn it again with this model")
}

// maxAttribute is the largest size of an attribute's file in bytes.
const maxAttribute = 1 << 20

// ReadAttribute reads the file that [Attribute.WriteFile] wrote. An error is a [*FileError].
func ReadAttribute(path string) (Attribute, error) {
	return readParsed(path, "attribute", maxAttribute, ParseAttribute)
}

// OpenAttribute reads an attribute that must belong to a space ([Attribute.Check]).
func OpenAttribute(path string, s Space) (Attribute, error) {
	a, err := ReadAttribute(path)
	if err != nil {
		return Attribute{}, err
	}
	if err := a.Check(s); err != nil {
		return Attribute{}, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

// ParseAttribute reads an attribute from JSON.
func ParseAttribute(data []byte) (Attribute, error) {
	var a Attribute
	if err := json.Unmarshal(data, &a); err != nil {
		return Attribute{}, fmt.Errorf("is not an attribute in JSON: %w", err)
	}
	if len(a.Direction) == 0 {
		return Attribute{}, fmt.Errorf("holds no direction, and so no attribute")
	}
	return a, nil
}

// WriteFile replaces the file at path with the attribute as JSON.
func (a Attribute) WriteFile(path string) error {
	for _, v := range a.Direction {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("%s: the attribute is not finite; check the images and the encoder", path)
		}
	}
	data, err := json.Marshal(a)
	if err == nil && len(data) >= maxAttribute {
		err = fmt.Errorf("an attribute of %d dimensions takes %d bytes as a file, more than the %d that are read", len(a.Direction), len(data), maxAttribute)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return atomicfile.WriteBytes(path, append(data, '\n'))
}
