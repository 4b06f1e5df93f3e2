//go:build cgo

package infer

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	ort "github.com/yalue/onnxruntime_go"

	"govae/onnx"
)

// onnxRuntime is the engine made of the shared library of ONNX Runtime.
type onnxRuntime struct{ library Library }

// loaded is the library that this process uses. ONNX Runtime allows one
// environment a process, and a library cannot be exchanged for another.
var loaded struct {
	sync.Mutex
	library Library // the zero value until one is loaded
}

// newONNXRuntime loads the library at path, or one that [FindLibrary] finds.
func newONNXRuntime(path string) (Engine, error) {
	loaded.Lock()
	defer loaded.Unlock()
	if path == "" && loaded.library.Path != "" {
		return onnxRuntime{loaded.library}, nil
	}
	library, _, err := FindLibrary(path)
	if err != nil {
		return nil, err
	}
	switch loaded.library.Path {
	case library.Path:
		return onnxRuntime{loaded.library}, nil
	case "":
	default:
		return nil, fmt.Errorf("%s: this process already uses %s; a process can load one ONNX Runtime", library.Path, loaded.library.Path)
	}
	ort.SetSharedLibraryPath(library.Path)
	// What goes wrong comes back as an error; log lines would only repeat it.
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return nil, fmt.Errorf("%s: cannot be loaded (%w); ONNX Runtime %s or newer is needed: get it with 'vae-infer runtime install'",
			library.Path, err, oldestLibrary)
	}
	ort.DisableTelemetry()
	library.Version = ort.GetVersion()
	loaded.library = library
	return onnxRuntime{library}, nil
}

func (e onnxRuntime) Name() string { return "onnxruntime " + e.library.Version }

// Note implements [Engine].
func (onnxRuntime) Note() string { return "" }

// Load starts a session with one thread: several goroutines over small chunks
// are faster than many threads over a large one, and give the same bits for any
// number of them.
func (e onnxRuntime) Load(m *onnx.Model, data []byte) (_ Runner, err error) {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, fmt.Errorf("onnxruntime: %w", err)
	}
	defer options.Destroy()
	if err := errors.Join(options.SetIntraOpNumThreads(1), options.SetInterOpNumThreads(1), options.SetLogSeverityLevel(ort.LoggingLevelFatal)); err != nil {
		return nil, fmt.Errorf("onnxruntime: %w", err)
	}
	var inputs, outputs []string
	for _, info := range modelInputs(m) {
		inputs = append(inputs, info.Name)
	}
	for _, info := range m.Graph.Outputs {
		outputs = append(outputs, info.Name)
	}
	session, err := ort.NewDynamicAdvancedSessionWithONNXData(data, inputs, outputs, options)
	if err != nil {
		return nil, fmt.Errorf("onnxruntime %s refuses the model: %w", e.library.Version, lastCause(err))
	}
	return &onnxRuntimeRunner{session: session, outputs: outputs}, nil
}

// onnxRuntimeRunner is a model in an ONNX Runtime session.
type onnxRuntimeRunner struct {
	mu      sync.RWMutex // read-held by Run, held by Close
	session *ort.DynamicAdvancedSession
	outputs []string
}

func (r *onnxRuntimeRunner) Run(inputs []Tensor) ([]Tensor, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.session == nil {
		return nil, errors.New("onnxruntime: the session is closed")
	}
	values := make([]ort.Value, len(inputs))
	for i, t := range inputs {
		value, err := ort.NewTensor(ort.NewShape(int64s(t.Shape)...), t.Data)
		if err != nil {
			return nil, fmt.Errorf("onnxruntime: input %d: %w", i, err)
		}
		defer value.Destroy() // also keeps the Go memory behind it alive during the run
		values[i] = value
	}
	results := make([]ort.Value, len(r.outputs))
	defer func() {
		for _, v := range results {
			if v != nil && !reflect.ValueOf(v).IsNil() { // the binding leaves nil tensors where it fails
				v.Destroy()
			}
		}
	}()
	if err := r.session.Run(values, results); err != nil {
		return nil, fmt.Errorf("onnxruntime: %w", lastCause(err))
	}
	outputs := make([]Tensor, len(results))
	for i, v := range results {
		t, ok := v.(*ort.Tensor[float32])
		if !ok {
			return nil, fmt.Errorf("onnxruntime: output %q is no float32 tensor", r.outputs[i])
		}
		outputs[i] = Tensor{ints(t.GetShape()), slices.Clone(t.GetData())} // the library owns the original
	}
	return outputs, nil
}

func (r *onnxRuntimeRunner) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.session == nil {
		return nil
	}
	err := r.session.Destroy()
	r.session = nil
	return err
}

// lastCause drops the binding's capitalised prefixes from ONNX Runtime's message.
func lastCause(err error) error {
	for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(err) {
		err = cause
	}
	return errors.New(strings.Join(strings.Fields(err.Error()), " "))
}
