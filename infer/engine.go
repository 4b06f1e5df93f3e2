package infer

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"govae/onnx"
)

// Engine executes ONNX models. Each engine has a file of its own.
type Engine interface {
	// Name returns the engine's name as in [Options], with its version, or the
	// kernel that it computes by: engines of one name give the same bits.
	Name() string
	// Note says why "auto" chose this engine, in one line for the user, where it is
	// not the first choice; empty otherwise.
	Note() string
	// Load prepares a model for execution. The model has passed its check; data
	// are the bytes it was read from.
	Load(m *onnx.Model, data []byte) (Runner, error)
}

// Runner is a model ready for execution. Many goroutines may call Run at once;
// Close waits for them.
type Runner interface {
	// Run maps the model's inputs, in their order in the file, to its outputs.
	// It uses one thread. The outputs are new tensors, or those of into if it is
	// not empty: it must have their shapes then.
	Run(inputs []Tensor, into ...Tensor) ([]Tensor, error)
	// Close releases what the engine holds. Run fails afterwards.
	Close() error
}

// Tensor is an array of float32 in row-major order.
type Tensor struct {
	Shape []int
	Data  []float32
}

// Options choose how models are run. The zero value is right for most programs.
type Options struct {
	// Engine is "onnxruntime", "gonum" (pure Go), or "auto" (or empty), which takes
	// ONNX Runtime where its library is found, else pure Go.
	Engine string
	// Library is the path of the ONNX Runtime library. If it is empty, [FindLibrary] decides.
	Library string
	// Provider is the hardware on which ONNX Runtime runs models: "cpu" (or empty),
	// "cuda", "coreml" or "directml". The library must have been built with it.
	Provider string
	// Layout says how a file has its images: "nchw" or "nhwc" (channels last). If it
	// is empty the file tells, by its metadata or by where it has the 1 or 3 channels.
	Layout string
	// Threads is the number of chunks that run at once; 0 means GOMAXPROCS.
	Threads int
}

// NewEngine returns the engine that o names. The error of a missing library says
// how to get one. A library that was asked for, by o or by [LibraryVariable], must
// be usable: "auto" then does without the pure-Go engine.
func NewEngine(o Options) (Engine, error) {
	o.Provider = cmp.Or(o.Provider, cpu)
	if err := o.checkProvider(); err != nil {
		return nil, err
	}
	if o.Provider != cpu && (o.Engine == "" || o.Engine == "auto") {
		o.Engine = "onnxruntime" // no other one has it
	}
	switch o.Engine {
	case "gonum":
		return newGonum("")
	case "onnxruntime":
		return newONNXRuntime(o.Library, o.Provider)
	case "", "auto":
		engine, err := newONNXRuntime(o.Library, o.Provider)
		if err == nil || o.Library != "" || os.Getenv(LibraryVariable) != "" {
			return engine, err
		}
		return newGonum(fmt.Sprintf("using the pure-Go engine: %v", err))
	}
	return nil, fmt.Errorf("engine %q: not known; use auto, onnxruntime or gonum", o.Engine)
}

// Verifier runs models that are still in memory, as package export does before
// it writes them to a file.
type Verifier struct{ Engine }

// Run executes model once and returns its outputs in the order of the file. The
// inputs are float32 and may come in any order: they are matched by name.
func (v Verifier) Run(ctx context.Context, model []byte, inputs ...*onnx.Tensor) ([]*onnx.Tensor, error) {
	m, err := parse(model)
	if err != nil {
		return nil, err
	}
	runner, err := v.Load(m, model)
	if err != nil {
		return nil, err
	}
	defer runner.Close()
	if err := ctx.Err(); err != nil {
		return nil, err
	}

	byName := map[string]*onnx.Tensor{}
	for _, t := range inputs {
		byName[t.Name] = t
	}
	var in []Tensor
	for _, info := range modelInputs(m) {
		t := byName[info.Name]
		if t == nil {
			return nil, fmt.Errorf("input %q of graph %q is not given", info.Name, m.Graph.Name)
		}
		data, err := t.Float32s()
		if err != nil {
			return nil, err
		}
		in = append(in, Tensor{ints(t.Shape), data})
	}
	out, err := runner.Run(in)
	if err != nil {
		return nil, err
	}
	results := make([]*onnx.Tensor, len(out))
	for i, t := range out {
		results[i] = onnx.Float32Tensor(m.Graph.Outputs[i].Name, int64s(t.Shape), t.Data)
	}
	return results, nil
}

// parse reads and checks a model.
func parse(data []byte) (*onnx.Model, error) {
	m, err := onnx.Unmarshal(data)
	if err != nil {
		return nil, err
	}
	return m, m.Check()
}

// modelInputs returns the inputs that a caller must give: not the weights,
// which old files repeat among the inputs.
func modelInputs(m *onnx.Model) []onnx.ValueInfo {
	var in []onnx.ValueInfo
	for _, info := range m.Graph.Inputs {
		if m.Graph.Initializer(info.Name) == nil {
			in = append(in, info)
		}
	}
	return in
}

func ints(shape []int64) []int {
	s := make([]int, len(shape))
	for i, d := range shape {
		s[i] = int(d)
	}
	return s
}

func int64s(shape []int) []int64 {
	s := make([]int64, len(shape))
	for i, d := range shape {
		s[i] = int64(d)
	}
	return s
}
