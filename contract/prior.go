package contract

import (
	"errors"
	"fmt"
	"path/filepath"

	"govae/internal/printable"
	"govae/onnx"
)

// Prior describes a decoder that first maps z, drawn from N(0, I) as always, to a point of a
// distribution that was fitted to the codes of images, and then decodes that point. The latent
// space of such a file is therefore not that of the model's encoder, and it has another model id.
type Prior struct {
	Kind       string `json:"kind"`               // [MixturePrior]
	Components int    `json:"components"`         // of the mixture
	ModelID    string `json:"model_id"`           // of the model's other files; empty if they have none
	ByClass    bool   `json:"by_class,omitempty"` // the label chooses the component
	// Exemplars is the number of codes of images near which points are drawn; 0 if they are drawn
	// from the components.
	Exemplars int `json:"exemplars,omitempty"`
	// ExemplarsByClass says that the label chooses among those of its class.
	ExemplarsByClass bool `json:"exemplars_by_class,omitempty"`
}

// MixturePrior is the [Prior].Kind of a Gaussian mixture.
const MixturePrior = "mixture"

// PriorPoint names the value that a decoder with a [Prior] makes of z and decodes.
const PriorPoint = "prior/point"

// The weights of a decoder with a [Prior]: of each component or class the mean [L], and the lower Cholesky
// factor [L, L] of the covariance.
const (
	PriorMeans   = "prior/means"
	PriorFactors = "prior/factors"
)

// SamplerFile is the name of the file of such a decoder, in the directory of the model's files.
const SamplerFile = "sampler.onnx"

// ReadSampler returns the path of the [SamplerFile] beside the decoder at a path, and its prior: nil
// unless it is a sampler of the model with that id.
func ReadSampler(decoder, modelID string) (path string, sampler *Metadata) {
	path = filepath.Join(filepath.Dir(decoder), SamplerFile)
	if modelID == "" {
		return path, nil
	}
	m, err := onnx.ReadFile(path)
	if err != nil {
		return path, nil
	}
	d, err := Read(m)
	if err != nil || d.Prior == nil || d.Prior.ModelID != modelID {
		return path, nil
	}
	return path, &d
}

// With fewer latent dimensions than LeastPrior codes look like N(0, I), or need a mixture of several components;
// with more than MostPrior their covariance would be larger than the model.
const (
	LeastPrior = 8
	MostPrior  = 512
)

// HasPrior reports whether models of so many latent dimensions get a prior of their codes, and [SamplerFile].
func HasPrior(dims int) bool { return dims >= LeastPrior && dims <= MostPrior }

// String returns what follows "the prior is": "a mixture of 7 components".
func (p Prior) String() string {
	if p.Kind != MixturePrior {
		return fmt.Sprintf("a %.40q", p.Kind)
	}
	switch {
	case p.Exemplars > 0 && (p.ExemplarsByClass || p.ByClass): // older files tell the latter alone
		return fmt.Sprintf("points near %s of images, each near one of its class", printable.Count(p.Exemplars, "code", "codes"))
	case p.Exemplars > 0:
		return fmt.Sprintf("points near %s of images", printable.Count(p.Exemplars, "code", "codes"))
	case p.ByClass:
		return fmt.Sprintf("a normal distribution for each of %d classes", p.Components)
	case p.Components == 1:
		return "a normal distribution"
	}
	return fmt.Sprintf("a mixture of %d components", p.Components)
}

func (d *Metadata) readPrior(text string) error {
	var p Prior
	if err := readJSON(text, &p); err != nil {
		return err
	}
	if p.Kind == "" || p.Components < 1 || p.Exemplars < 0 {
		return errors.New("want a kind and numbers of components and exemplars")
	}
	d.Prior = &p
	return nil
}
