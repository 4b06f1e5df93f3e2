package adapt

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"govae/contract"
	"govae/engine"
	"govae/images"
	"govae/onnx"
)

// Model is a model that keeps the promises of package contract, and what it was before.
type Model struct {
	// Model is the rewritten model, with the metadata of the contract but for those that only
	// training tells. It shares tensors with the model that it was made from.
	*onnx.Model
	Role  contract.Role
	Sizes contract.Sizes
	// Notes say what was found in the file and done about it, one clause each.
	Notes []string

	facts facts
}

// facts are what one half of a pair tells about the other.
type facts struct {
	size   images.Shape // of an image; zero if it is not known
	layout string       // of flat images
	pixels string       // of images as the file has them
	point  []int        // shape of one latent point as the file has it
}

// Foreign reports whether a model is of another program, so that [Adapt] is needed: it has no
// metadata of the contract.
func Foreign(m *onnx.Model) bool {
	_, own := m.MetadataValue(contract.KeyFormat)
	return !own
}

// Adapt rewrites a model of another program. roles are those that will do, the first one where
// a file could be several; none stands for any. The model is run once by e. A [*Question] says
// what options must answer; any other error what is wrong with the file. m is not changed.
func Adapt(m *onnx.Model, e *engine.Engine, o Options, roles ...contract.Role) (*Model, error) {
	return adapt(m, e, o, facts{}, roles)
}

func adapt(m *onnx.Model, e *engine.Engine, o Options, known facts, roles []contract.Role) (*Model, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	metadata, err := contract.Read(m)
	if err != nil {
		return nil, err
	}
	a := newAdapter(m, e, o, known, roles)
	if err := a.understand(); err != nil {
		return nil, err
	}
	metadata.Latent, metadata.Image = a.sizes.Latent, a.sizes.Image
	a.prune()
	if err := errors.Join(a.checkChance(), metadata.Write(&a.model)); err != nil {
		return nil, err
	}
	return &Model{Model: &a.model, Role: a.role, Sizes: a.sizes, Notes: a.notes, facts: a.found}, nil
}

// tensor is an input or output of the file: its name in the graph under construction, and its
// shape without the batch.
type tensor struct {
	index       int    // among those of the file
	name, value string // in the file, and of the float32 tensor that stands for it
	kind        onnx.DataType
	shape       onnx.Shape // as the file or its nodes tell
	row         []int      // once it is known
	values      []float32  // that a run gave
	apart       float64    // difference between a row in a batch and alone
}

// adapter is a model while it is rewritten.
type adapter struct {
	model  onnx.Model
	graph  *onnx.Graph
	engine *engine.Engine
	o      Options
	known  facts
	roles  []contract.Role

	data, label *tensor // label is nil where there is none
	outputs     []tensor
	files       int // outputs that the file has

	role  contract.Role
	sizes contract.Sizes
	notes []string
	found facts
}

func newAdapter(m *onnx.Model, e *engine.Engine, o Options, known facts, roles []contract.Role) *adapter {
	a := &adapter{model: *m, engine: e, o: o, known: known, roles: roles}
	graph := *m.Graph
	graph.Nodes, graph.Initializers, graph.Values = slices.Clone(graph.Nodes), slices.Clone(graph.Initializers), slices.Clone(graph.Values)
	graph.Inputs, graph.Outputs = slices.Clone(graph.Inputs), slices.Clone(graph.Outputs)
	a.graph, a.model.Graph = &graph, &graph
	a.model.Metadata = slices.Clone(m.Metadata)
	return a
}

func (a *adapter) note(format string, args ...any) {
	a.notes = append(a.notes, fmt.Sprintf(format, args...))
}

// understand finds out what the tensors mean and rewrites the graph.
func (a *adapter) understand() error {
	if err := CheckInference(&a.model); err != nil {
		return err
	}
	if err := a.sortInputs(); err != nil {
		return err
	}
	a.dropRandom()
	a.prune()
	if a.place(a.data) < 0 {
		return fmt.Errorf("no output depends on the input %.40q: the model makes the same of everything", a.data.name)
	}
	a.widen()
	if err := a.chooseRow(); err != nil {
		return err
	}
	if err := a.openBatch(); err != nil {
		return err
	}
	if err := a.run(); err != nil {
		return err
	}
	a.chooseRole()
	switch a.role {
	case contract.Decoder:
		return a.decoder()
	case contract.Encoder:
		return a.encoder()
	}
	return a.autoencoder()
}

// CheckInference refuses a model with nodes by which an image depends on those beside it.
func CheckInference(m *onnx.Model) error {
	for _, n := range m.Graph.Nodes {
		if n.Op == "BatchNormalization" && (n.Int("training_mode", 0) != 0 || len(n.Outputs) > 1 && n.Outputs[1] != "" && m.Opset() < 14) {
			return fmt.Errorf("node %q (%s) is in training mode, in which an image depends on those beside it; export the model for inference (in PyTorch after model.eval())", n.Name, n.Op)
		}
	}
	return nil
}

// dropRandom leaves out outputs that are drawn at random, such as samples beside mean and log
// variance, where there are others.
func (a *adapter) dropRandom() {
	chance := map[string]bool{}
	for _, n := range a.graph.Nodes {
		random := isRandom(n) || slices.ContainsFunc(n.Reads(), func(name string) bool { return chance[name] })
		for _, name := range n.Outputs {
			chance[name] = chance[name] || random && name != ""
		}
	}
	drawn := func(t tensor) bool { return chance[t.value] }
	if slices.ContainsFunc(a.outputs, func(t tensor) bool { return !drawn(t) }) {
		a.outputs = slices.DeleteFunc(a.outputs, drawn)
		a.setOutputs()
	}
}

func isRandom(n *onnx.Node) bool {
	for _, g := range n.Subgraphs() {
		if slices.ContainsFunc(g.Nodes, isRandom) {
			return true
		}
	}
	return strings.HasPrefix(n.Op, "Random") || n.Op == "Multinomial" || n.Op == "Bernoulli"
}

// checkChance refuses random nodes, which are left where the outputs need them.
func (a *adapter) checkChance() error {
	for _, n := range a.graph.Nodes {
		random := isRandom(n)
		if n.Op == "Dropout" && n.Input(2) != "" {
			s := spans(a.graph)[n.Input(2)]
			t := a.graph.Initializer(n.Input(2))
			random = s.hi == 1 || t != nil && len(t.Data) > 0 && t.Data[0] != 0
		}
		if random {
			return fmt.Errorf("node %q (%s) draws at random, so that the same input gives another result each time; export the mean and the log variance in place of a sample", n.Name, n.Op)
		}
	}
	return nil
}
