package export

import (
	"cmp"
	"context"
	"fmt"

	"govae/contract"
	"govae/internal/kernel"
	"govae/models"
	"govae/onnx"
)

// exporter holds what the graphs of one VAE share while they are made.
type exporter struct {
	options Options
	k       *kernel.Kernel
	trained *pass // the VAE as it is
	stored  *pass // with the weights that the files hold: the same unless they are rounded
}

func newExporter(m *models.VAE, o Options) (*exporter, error) {
	o.Precision = cmp.Or(o.Precision, models.FP32)
	rounded, err := m.AtPrecision(o.Precision)
	if err != nil {
		return nil, err
	}
	k, err := kernel.New(0)
	if err != nil {
		return nil, err
	}
	e := &exporter{options: o, k: k, trained: newPass(m, k)}
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

// NoPriorError says that a sampler has nothing to draw from: neither the options nor the model have a
// prior.
type NoPriorError struct{}

func (e *NoPriorError) Error() string {
	return fmt.Sprintf("the model has no prior for a sampler: training leaves one for %d to %d latent dimensions; fit a mixture to its codes otherwise", contract.LeastPrior, contract.MostPrior)
}

// close ends the kernel.
func (e *exporter) close() { e.k.Close() }

// chosen returns g, or for a sampler the graph with the prior.
func (e *exporter) chosen(g graph) (graph, error) {
	if !g.sampler {
		return g, nil
	}
	mixture := cmp.Or(e.options.Prior, e.trained.Prior)
	if mixture == nil {
		return g, &NoPriorError{}
	}
	p, err := newPrior(mixture, e.trained.VAE)
	if err != nil {
		return g, err
	}
	return samplerOf(p), nil
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
