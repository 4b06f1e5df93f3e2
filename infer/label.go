package infer

import (
	"fmt"
	"slices"
	"strconv"

	"govae/internal/printable"
)

// Label gives a conditional model the class of each row of a batch or stream. It writes the
// weights of the classes to weights, which is all zeros: 1 for one class means that class, a
// mixture of classes something in between. [Class], [Classes], [Between] and [Mixture] make
// labels. A label must give the same weights for a row every time, on any goroutine.
type Label func(row int, weights []float32) error

// Class labels every row with one class, given by its number.
func Class(class int) Label {
	return func(_ int, weights []float32) error {
		if class < 0 || class >= len(weights) {
			return fmt.Errorf("there is no class %d: the model has the classes 0 to %d", class, len(weights)-1)
		}
		weights[class] = 1
		return nil
	}
}

// Classes labels each row with a class of its own, given by its number.
func Classes(classes []int) Label {
	return func(row int, weights []float32) error {
		if row < 0 || row >= len(classes) {
			return fmt.Errorf("row %d has no label: there are %d", row, len(classes))
		}
		return Class(classes[row])(row, weights)
	}
}

// Mixture labels every row with a mixture of classes that has these weights.
func Mixture(mixture []float32) Label {
	return func(_ int, weights []float32) error {
		if len(mixture) != len(weights) {
			return fmt.Errorf("a mixture of %d classes: the model has %d", len(mixture), len(weights))
		}
		copy(weights, mixture)
		return nil
	}
}

// Between labels every row with a mixture of two classes: 1-share of from, and share of to.
func Between(from, to int, share float64) Label {
	return Class(from).toward(Class(to), func(int) float64 { return share })
}

// toward mixes two labels: 1-share of l and share of to, where share depends on the row.
func (l Label) toward(to Label, share func(row int) float64) Label {
	return func(row int, weights []float32) error {
		other := make([]float32, len(weights))
		if err := l(row, weights); err != nil {
			return err
		}
		if err := to(row, other); err != nil {
			return err
		}
		s := share(row)
		for i, w := range other {
			weights[i] = float32((1-s)*float64(weights[i]) + s*float64(w))
		}
		return nil
	}
}

// repeated gives k consecutive rows the label of one row of l.
func (l Label) repeated(k int) Label {
	return func(row int, weights []float32) error { return l(row/k, weights) }
}

// LabelError says that a conditional model was given no class, or one that it does not know.
type LabelError struct {
	Name    string   // of the model
	Class   string   // the unknown class, empty if none was given
	Classes []string // those that the model knows
}

func (e *LabelError) Error() string {
	if e.Class == "" {
		return fmt.Sprintf("%s: is conditional on a class, and was told none: choose one of %s", e.Name, printable.Names(e.Classes))
	}
	return fmt.Sprintf("%s: knows no class %.40q: choose one of %s", e.Name, e.Class, printable.Names(e.Classes))
}

// UnconditionalError says that a class was given to a model that is not conditional.
type UnconditionalError struct{ Name string }

func (e *UnconditionalError) Error() string {
	return fmt.Sprintf("%s: is not conditional on a class: use it without a label, or train a model that is", e.Name)
}

// conditions is the number of classes that the model is conditional on, 0 if it is not.
func (c Contract) conditions() int {
	if c.Role == RoleClassifier {
		return 0
	}
	return c.Classes
}

// ClassNames returns the names of the classes that the model is conditional on, or that a
// classifier tells, in the order of their numbers: those that the file has, or else the
// numbers. They are nil if there are none.
func (c Contract) ClassNames() []string {
	if c.Metadata.Labels != nil && c.Classes > 0 {
		return c.Metadata.Labels
	}
	var names []string
	for i := range c.Classes {
		names = append(names, strconv.Itoa(i))
	}
	return names
}

// Classes returns the names of the classes that the model is conditional on, or that a
// classifier tells, in the order of their numbers, and nil if there are none.
func (s *session) Classes() []string { return s.contract.ClassNames() }

// Class returns the number of a class that is given by its name or, failing that, by its
// number. The error is a [*LabelError] if the model does not know the class, as always with an
// empty name, and an [*UnconditionalError] if the model is not conditional.
func (s *session) Class(name string) (int, error) {
	names := s.Classes()
	if names == nil {
		return 0, &UnconditionalError{s.name}
	}
	if i := slices.Index(names, name); i >= 0 && name != "" {
		return i, nil
	}
	if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(names) {
		return i, nil
	}
	return 0, &LabelError{s.name, name, names}
}

// LabelOf returns the label of rows with these labels of a set of images, whose classes have
// these names. Classes are matched with the model's by name, whatever their numbers. One that
// the model does not know is a [*LabelError].
func (s *session) LabelOf(labels []int, classes []string) (Label, error) {
	names := s.Classes()
	if names == nil {
		return nil, &UnconditionalError{s.name}
	}
	own := make([]int, len(labels))
	for i, label := range labels {
		if label < 0 || label >= len(classes) {
			return nil, fmt.Errorf("label %d is %d, and there are %d classes", i, label, len(classes))
		}
		if own[i] = slices.Index(names, classes[label]); own[i] < 0 {
			return nil, &LabelError{s.name, classes[label], names}
		}
	}
	return Classes(own), nil
}

// withLabel returns the session with another label.
func (s *session) withLabel(l Label) (*session, error) {
	if s.contract.conditions() == 0 {
		return nil, &UnconditionalError{s.name}
	}
	if err := l(0, make([]float32, s.contract.Classes)); err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	return s.with(l), nil
}

// with returns the session with a label that needs no check.
func (s *session) with(l Label) *session {
	labelled := *s
	labelled.label = l
	return &labelled
}

// labels returns the labels [n, classes] of rows first to first+n-1; nil if the model is not
// conditional.
func (s *session) labels(first, n int) ([]float32, error) {
	classes := s.contract.conditions()
	if classes == 0 {
		return nil, nil
	}
	if s.label == nil {
		return nil, &LabelError{Name: s.name, Classes: s.Classes()}
	}
	all := make([]float32, n*classes)
	for i := range n {
		if err := s.label(first+i, all[i*classes:(i+1)*classes]); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return all, nil
}

// WithLabel returns the decoder with a label for everything that it decodes. A conditional
// decoder needs one; for another decoder it is an [*UnconditionalError]. The result shares the
// model with d: close one of them only.
func (d *Decoder) WithLabel(l Label) (*Decoder, error) {
	s, err := d.withLabel(l)
	if err != nil {
		return nil, err
	}
	return &Decoder{s}, nil
}

// Repeated returns the decoder for streams in which k consecutive rows, such as draws of one
// posterior, share the label of one row. It shares the model with d.
func (d *Decoder) Repeated(k int) *Decoder {
	if d.label == nil || k < 1 {
		return d
	}
	return &Decoder{d.with(d.label.repeated(k))}
}

// Toward returns the decoder with a label between its own and another one. The share of the
// latter, from 0 to 1, is given by row. A decoder without a label is a [*LabelError]. The result
// shares the model with d.
func (d *Decoder) Toward(to Label, share func(row int) float64) (*Decoder, error) {
	if d.label == nil {
		return nil, &LabelError{Name: d.name, Classes: d.Classes()}
	}
	return d.WithLabel(d.label.toward(to, share))
}

// WithLabel is like that of [Decoder].
func (e *Encoder) WithLabel(l Label) (*Encoder, error) {
	s, err := e.withLabel(l)
	if err != nil {
		return nil, err
	}
	return &Encoder{s}, nil
}

// WithLabel is like that of [Decoder].
func (a *Autoencoder) WithLabel(l Label) (*Autoencoder, error) {
	s, err := a.withLabel(l)
	if err != nil {
		return nil, err
	}
	return &Autoencoder{s}, nil
}

// WithLabel returns the pair with a label for encoder and decoder, like that of [Decoder].
// If the two have different labels, the pair changes the class of images.
func (p *Pair) WithLabel(l Label) (*Pair, error) {
	encoder, err := p.Encoder.WithLabel(l)
	if err != nil {
		return nil, err
	}
	decoder, err := p.Decoder.WithLabel(l)
	if err != nil {
		return nil, err
	}
	return &Pair{Encoder: encoder, Decoder: decoder}, nil
}

// Classes returns those of the decoder, as [Session] has them.
func (p *Pair) Classes() []string { return p.Decoder.Classes() }

// Class is that of the decoder, as [Session] has it.
func (p *Pair) Class(name string) (int, error) { return p.Decoder.Class(name) }

// LabelOf is like that of [Decoder].
func (p *Pair) LabelOf(labels []int, classes []string) (Label, error) {
	return p.Decoder.LabelOf(labels, classes)
}
