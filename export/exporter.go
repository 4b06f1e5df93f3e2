package export

import (
	"cmp"
	"context"
	"errors"

	"govae/contract"
	"govae/internal/kernel"
	"govae/models"
	"govae/onnx"
)

// exporter holds what the graphs of one VAE share while they are made.
type exporter struct {
	options Options
	k       *kernel.Kernel
	trained *pass  // the VAE as it is
	stored  *pass  // with the weights that the files hold: the same unless they are rounded
	prior   *prior // of a sampler, nil if there is none
}

func newExporter(m *models.VAE, o Options) (*exporter, error) {
	o.Precision = cmp.Or(o.Precision, models.FP32)
	rounded, err := m.AtPrecision(o.Precision)
	if err != nil {
		return nil, err
	}
	var p *prior
	if o.Prior != nil {
		if p, err = newPrior(o.Prior, m); err != nil {
			return nil, err
		}
	}
	k, err := kernel.New(0)
	if err != nil {
		return nil, err
	}
	e := &exporter{options: o, k: k, prior: p, trained: newPass(m, k)}
	if e.stored = e.trained; rounded != m {
		e.stored = newPass(rounded, k)
	}
	return e, nil
}

// NoClassifierError says that a model has no classifier to export.
type NoClassifierError struct{}

func (e *NoClassifierError) Error() string {
	return "the model has no classifier: one is fitted where a conditional model is trained with few labels, or on request"
}

// close ends the kernel.
func (e *exporter) close() { e.k.Close() }

// chosen returns g, or for a sampler the graph with the prior.
func (e *exporter) chosen(g graph) (graph, error) {
	switch {
	case !g.sampler:
		return g, nil
	case e.prior == nil:
		return g, errors.New("a sampler needs a mixture to draw from")
	}
	return samplerOf(e.prior), nil
}

// model returns a checked graph with its metadata, and the error of rounding its weights.
func (e *exporter) model(ctx context.Context, g graph) (*onnx.Model, PrecisionError, error) {
	var loss PrecisionError
	if g.role == contract.Classifier && e.trained.Classifier == nil {
		return nil, loss, &NoClassifierError{}
	}
	model, err := g.build(e.stored.VAE, e.options.Opset)
	if err != nil {
		return nil, loss, err
	}
	metadata := e.metadata(g)
	if e.stored != e.trained {
		if loss, err = precisionError(ctx, e.trained, e.stored, g); err != nil {
			return nil, loss, err
		}
		metadata.PrecisionError = &loss
	}
	metadata.Check = checkValues(e.stored, g)
	if err := metadata.Write(model); err != nil {
		return nil, loss, err
	}
	return model, loss, model.Check()
}
