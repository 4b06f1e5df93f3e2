package latent

import (
	"fmt"
	"slices"

	"govae/contract"
	"govae/internal/option"
)

// Space is the latent space of a model, as a session of package infer tells it.
type Space struct {
	Name    string // what errors call the model, such as its file's name
	ModelID string // equal for all files of one model; empty if they do not tell
	Dims    int    // L, the number of dimensions
}

// Check returns a [*SpaceError] unless what has the given model id, empty if it tells
// none, and number of dimensions can belong to this space. Remedy is what errors advise.
func (s Space) Check(what, modelID string, dims int, remedy string) error {
	e := &SpaceError{What: what, ModelID: modelID, Dims: dims, Space: s, Remedy: remedy}
	if e.OtherModel() || dims != s.Dims {
		return e
	}
	return nil
}

// CheckDims returns an error unless the space has all of these dimensions, which are
// counted from 0.
func (s Space) CheckDims(dims ...int) error {
	for _, k := range dims {
		if k < 0 || k >= s.Dims {
			return fmt.Errorf("%s: has no latent dimension %d; give one from 0 to %d", s.Name, k, s.Dims-1)
		}
	}
	return nil
}

// origin returns a copy of the point at, or zeros where that is nil. One of another
// length is an error.
func (s Space) origin(at []float32) ([]float32, error) {
	if at == nil {
		return make([]float32, s.Dims), nil
	}
	if len(at) != s.Dims {
		return nil, option.Wrong("At", at, fmt.Sprintf("a point of the %d dimensions of %s", s.Dims, s.Name))
	}
	return slices.Clone(at), nil
}

// SpaceError says that something belongs to another latent space.
type SpaceError struct {
	What    string // "the mixture", or the name of a file
	ModelID string
	Dims    int
	Space   Space
	Remedy  string
}

// OtherModel reports whether the model ids differ; else the numbers of dimensions do.
func (e *SpaceError) OtherModel() bool {
	return e.ModelID != "" && e.Space.ModelID != "" && e.ModelID != e.Space.ModelID
}

func (e *SpaceError) Error() string {
	if e.OtherModel() {
		return fmt.Sprintf("%s and %s come from different models (%s %.8s… and %.8s…); %s", e.What, e.Space.Name, contract.KeyModelID, e.ModelID, e.Space.ModelID, e.Remedy)
	}
	return fmt.Sprintf("%s has %d latent dimensions, and %s %d; %s", e.What, e.Dims, e.Space.Name, e.Space.Dims, e.Remedy)
}

// OptionError says that an option that a caller gave has a value that it cannot have.
type OptionError = option.Error
