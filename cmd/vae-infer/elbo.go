package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"govae/dataset"
	"govae/infer"
	"govae/latent"
)

// elboFlag says which file knows the posterior of a hierarchical model.
type elboFlag struct{ file string }

// noElbo is the value of --elbo that asks for the bound by encoder and decoder.
const noElbo = "none"

// open returns the scorer of --elbo, or for a hierarchical model the one beside the decoder; nil if
// there is none. It has the label of the pair for the images x.
func (f *elboFlag) open(m *modelFlags, pair *infer.Pair, x dataset.Selection) (*infer.Scorer, error) {
	path := f.file
	switch {
	case path == noElbo || path == "" && !pair.Hierarchical():
		return nil, nil
	case path == "":
		path = filepath.Join(filepath.Dir(m.decoder), "elbo.onnx")
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			m.app.Notef("the bound is that along the means of the groups; write the file that knows the model's own: vae-export --graph elbo --out %s", path)
			return nil, nil
		}
	}
	scorer, err := openAs(m, path, infer.OpenScorer)
	if err != nil {
		return nil, err
	}
	labelled, err := scorer, pair.CheckScorer(scorer)
	if _, other := errors.AsType[*latent.SpaceError](err); other && f.file == "" {
		scorer.Close()
		m.app.Notef("the bound is that along the means of the groups: %v", err)
		return nil, nil
	}
	if err == nil {
		labelled, err = forImages(m, scorer, x)
	}
	if err != nil {
		scorer.Close()
		return nil, err
	}
	m.app.Notef("elbo and log-likelihood by %s", path)
	return labelled, nil
}
