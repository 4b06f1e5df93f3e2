package export

import (
	"context"
	"fmt"

	"govae/internal/atomicfile"
	"govae/models"
	"govae/onnx"
)

// Tolerance is the largest difference, as [Difference] measures it, between an
// exported file and the model that is accepted.
const Tolerance = 1e-5

// Engine runs an ONNX model that is held in memory. The engines of package infer
// are of this kind.
type Engine interface {
	Name() string
	Run(ctx context.Context, model []byte, inputs ...*onnx.Tensor) (outputs []*onnx.Tensor, err error)
}

// Paths name the files to write; an empty one is left out.
type Paths struct{ Decoder, Encoder string }

// Result tells about one written file.
type Result struct {
	Path       string
	Bytes      int
	Verified   bool    // whether an engine has run it
	Difference float64 // between the engine's outputs and the model's
}

// Write exports m. Both graphs are checked, and run by the engine against the
// model's own forward pass, before the first file is replaced; a difference above
// [Tolerance] is an error. Without an engine (nil) they are only checked.
func Write(ctx context.Context, m *models.VAE, paths Paths, engine Engine, o Options) ([]Result, error) {
	var results []Result
	var contents [][]byte
	for _, part := range []struct {
		path   string
		build  func(*models.VAE, Options) (*onnx.Model, error)
		verify func(context.Context, *models.VAE, []byte, Engine) (float64, error)
	}{{paths.Decoder, Decoder, verifyDecoder}, {paths.Encoder, Encoder, verifyEncoder}} {
		if part.path == "" {
			continue
		}
		model, err := part.build(m, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part.path, err)
		}
		data, err := model.Marshal()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part.path, err)
		}
		r := Result{Path: part.path, Bytes: len(data)}
		if engine != nil {
			r.Verified = true
			if r.Difference, err = part.verify(ctx, m, data, engine); err != nil {
				return nil, fmt.Errorf("%s: %w", part.path, err)
			}
			if !(r.Difference <= Tolerance) {
				return nil, fmt.Errorf("%s: the %s engine differs from the model by %.2g, more than %g: the file was not written", part.path, engine.Name(), r.Difference, float64(Tolerance))
			}
		}
		results, contents = append(results, r), append(contents, data)
	}
	for i, r := range results {
		if err := atomicfile.WriteBytes(r.Path, contents[i]); err != nil {
			return nil, err
		}
	}
	return results, nil
}
