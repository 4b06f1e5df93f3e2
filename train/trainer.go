package train

import (
	"govae/cluster"
	"govae/internal/kernel"
	"govae/models"
)

// trainer has what training steps and evaluations need. It is made once for a run.
type trainer struct {
	kernel    *kernel.Kernel
	steps     *kernel.Kernel // of training steps: kernel, or what multiplies in bfloat16
	net       *models.Network
	objective Objective
	pipeline  *pipeline
	batch     int            // images, at most
	grad      []float32      // of the parameters
	group     *cluster.Group // nil for one process
	overlap   overlap
	current   Step // reused, so that a step allocates nothing
}

// newTrainer returns a trainer that owns the kernel and that of training steps. It is an error if the
// objective does not suit the model.
func newTrainer(m *models.VAE, k, steps *kernel.Kernel, batch int, o Objective) (*trainer, error) {
	draws := drawsOf(o)
	net, err := network(m, batch, draws)
	return &trainer{
		kernel: k, steps: steps, net: net, objective: o, pipeline: newPipeline(m, k, batch, draws),
		batch: batch, grad: make([]float32, len(m.Theta)),
	}, err
}

// join makes the trainer one of a group of ranks, each of which computes a share of every batch.
func (t *trainer) join(g *cluster.Group) {
	t.group, t.pipeline.group, t.overlap.group = g, g, g
	if g == nil {
		return
	}
	g.Tree = t.kernel.Tree
	t.net.Distributed = models.Distributed{AllReduce: g.SumOf, NotFirst: !g.First(), OnFinal: t.overlap.final}
}

func network(m *models.VAE, batch, draws int) (*models.Network, error) {
	if draws == 1 {
		return m.NewNetwork(batch), nil
	}
	return m.NewDrawsNetwork(batch, draws)
}

// terms returns the objective's terms of a batch, and their gradient unless grad is nil;
// number is that of the training step.
func (t *trainer) terms(b *Batch, number int, grad []float32) Terms {
	t.current = Step{Kernel: t.kernel, Net: t.net, Batch: b, Number: number, Grad: grad, group: t.group}
	if grad != nil {
		t.current.Kernel = t.steps
	}
	t.group.Share(b.Total)
	t.net.Distributed.Batch = b.Total
	t.overlap.begin(grad)
	terms := t.objective.Terms(&t.current)
	t.overlap.end()
	return terms
}

// close waits for what is being prepared and ends the kernel.
func (t *trainer) close() {
	defer t.kernel.Close()
	t.pipeline.drop()
}
