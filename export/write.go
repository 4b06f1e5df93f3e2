package export

import (
	"context"
	"fmt"

	"govae/contract"
	"govae/models"
	"govae/onnx"
)

// Tolerance is the largest accepted difference, as [contract.Difference] measures it, between an
// exported file and the model. A model that magnifies rounding errors gets a larger one, which its
// check values state.
const Tolerance = 1e-5

// Engine runs an ONNX model that is held in memory. The engines of package engine implement it.
type Engine interface {
	Name() string
	Run(ctx context.Context, model []byte, inputs ...*onnx.Tensor) (outputs []*onnx.Tensor, err error)
}

// Paths name the files to write; an empty one is left out.
type Paths struct{ Decoder, Encoder, Sampler, Autoencoder, Scorer, Classifier string }

// Result describes one written file.
type Result struct {
	Path       string
	Bytes      int
	Verified   bool           // whether an engine has run it
	Difference float64        // between the engine's outputs and the model's, with the weights of the file
	Rounding   PrecisionError // of the weights of the file; zero for float32
	// LostDetector says that the replaced file had a detector, of another model or precision.
	LostDetector bool
}

// Write exports m. All graphs are checked, and run by the engine against the model's own forward
// pass, before the first file is replaced; a difference above [Tolerance] is an error, unless
// rounding explains it. Without an engine (nil) they are only checked. Missing folders are made;
// after an error no new folder or file is left.
func Write(ctx context.Context, m *models.VAE, paths Paths, engine Engine, o Options) ([]Result, error) {
	e, err := newExporter(m, o)
	if err != nil {
		return nil, err
	}
	defer e.close()
	var results []Result
	var written []string
	var contents [][]byte
	for _, file := range []struct {
		path  string
		graph graph
	}{{paths.Decoder, decoder}, {paths.Encoder, encoder}, {paths.Sampler, sampler}, {paths.Autoencoder, autoencoder}, {paths.Scorer, scorer}, {paths.Classifier, classifier}} {
		if file.path == "" {
			continue
		}
		chosen, err := e.chosen(file.graph)
		if err != nil {
			return nil, err
		}
		var before learnt
		if chosen.role == contract.Encoder {
			before = detectorIn(file.path)
		}
		result, data, err := e.file(ctx, chosen, engine, before)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file.path, err)
		}
		result.Path = file.path
		results, written, contents = append(results, result), append(written, file.path), append(contents, data)
	}
	if err := writeFiles(written, contents); err != nil {
		return nil, err
	}
	return results, nil
}

// learnt is a detector in a file that is about to be replaced, and the encoder that it is for.
type learnt struct{ detector, modelID, precision string }

// detectorIn returns the detector in an encoder's file, none where there is no such file.
func detectorIn(path string) (l learnt) {
	m, err := onnx.ReadFile(path)
	if err != nil {
		return l
	}
	for key, value := range map[string]*string{contract.KeyDetector: &l.detector, contract.KeyModelID: &l.modelID, contract.KeyPrecision: &l.precision} {
		*value, _ = m.MetadataValue(key)
	}
	return l
}

// file returns the content of a graph's file, verified if there is an engine. An encoder keeps the
// detector that was made for it.
func (e *exporter) file(ctx context.Context, g graph, engine Engine, before learnt) (r Result, data []byte, err error) {
	model, rounding, err := e.model(ctx, g)
	if err != nil {
		return r, nil, err
	}
	if before.detector != "" {
		id, _ := model.MetadataValue(contract.KeyModelID)
		precision, _ := model.MetadataValue(contract.KeyPrecision)
		if r.LostDetector = before.modelID != id || before.precision != precision; !r.LostDetector {
			model.SetMetadata(contract.KeyDetector, before.detector)
		}
	}
	if data, err = model.Marshal(); err != nil {
		return r, nil, err
	}
	r.Bytes, r.Rounding = len(data), rounding
	if engine == nil {
		return r, data, nil
	}
	var tolerance float64
	if r.Difference, tolerance, err = difference(ctx, e.stored, g, data, engine); err != nil {
		return r, nil, err
	}
	if !(r.Difference <= tolerance) {
		return r, nil, fmt.Errorf("the %s engine differs from the model by %.2g, more than %.2g: the file was not written", engine.Name(), r.Difference, tolerance)
	}
	r.Verified = true
	return r, data, nil
}
