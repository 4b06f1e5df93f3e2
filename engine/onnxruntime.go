//go:build cgo

package engine

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"

	ort "github.com/yalue/onnxruntime_go"

	"govae/engine/internal/subpixel"
	"govae/engine/onnxruntime"
	"govae/onnx"
)

// onnxRuntime is the engine made of the shared library of ONNX Runtime.
type onnxRuntime struct {
	library  onnxruntime.Library
	provider string
}

// loaded is the library that this process uses. ONNX Runtime allows one
// environment per process, and a library cannot be exchanged for another.
var loaded struct {
	sync.Mutex
	library onnxruntime.Library // the zero value until one is loaded
}

// newONNXRuntime loads the library at path, or one that [onnxruntime.Find] finds, and
// makes sure that it has the provider.
func newONNXRuntime(path, provider string) (*Engine, error) {
	library, err := loadLibrary(path)
	if err != nil {
		return nil, err
	}
	r := onnxRuntime{library, provider}
	options, err := r.sessionOptions()
	if err != nil {
		return nil, err
	}
	return &Engine{name: r.name(), load: r.load, tune: r.tune}, options.Destroy()
}

// telemetryVariable keeps builds of ONNX Runtime from telling their maker about
// this machine.
const telemetryVariable = "ORT_DISABLE_TELEMETRY"

// loadLibrary loads the library, unless it is loaded already.
func loadLibrary(path string) (onnxruntime.Library, error) {
	loaded.Lock()
	defer loaded.Unlock()
	if path == "" && loaded.library.Path != "" {
		return loaded.library, nil
	}
	library, _, err := onnxruntime.Find(path)
	if err != nil {
		return onnxruntime.Library{}, err
	}
	switch loaded.library.Path {
	case library.Path:
		return loaded.library, nil
	case "":
	default:
		return onnxruntime.Library{}, fmt.Errorf("%s: this process already uses %s; a process can load one ONNX Runtime", library.Path, loaded.library.Path)
	}
	if os.Getenv(telemetryVariable) == "" {
		os.Setenv(telemetryVariable, "1") // read when the library is loaded; its database would cost time, too
	}
	ort.SetSharedLibraryPath(library.Path)
	// What goes wrong comes back as an error; log lines would only repeat it.
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return onnxruntime.Library{}, &onnxruntime.LibraryError{Path: library.Path,
			Err: fmt.Errorf("cannot be loaded (%w); ONNX Runtime %s or newer is needed", lastCause(err), onnxruntime.OldestVersion)}
	}
	ort.DisableTelemetry()
	library.Version = ort.GetVersion()
	loaded.library = library
	return library, nil
}

// name is the engine's name. The cpu goes without saying.
func (e onnxRuntime) name() string {
	name := "onnxruntime " + e.library.Version
	if e.provider != cpu {
		name += " on " + e.provider
	}
	return name
}

// sessionOptions asks for one thread: several goroutines over small chunks are
// faster than many threads over a large one, and give the same bits for any number
// of them.
func (e onnxRuntime) sessionOptions() (_ *ort.SessionOptions, err error) {
	o, err := ort.NewSessionOptions()
	if err != nil {
		return nil, fmt.Errorf("onnxruntime: %w", err)
	}
	defer func() {
		if err != nil {
			o.Destroy()
		}
	}()
	if err := errors.Join(o.SetIntraOpNumThreads(1), o.SetInterOpNumThreads(1), o.SetLogSeverityLevel(ort.LoggingLevelFatal)); err != nil {
		return nil, fmt.Errorf("onnxruntime: %w", err)
	}
	if err := appendProvider(o, e.provider); err != nil {
		return nil, &ProviderError{e.provider, e.library, lastCause(err)}
	}
	return o, nil
}

// appendProvider puts a provider before the cpu, which takes what it cannot do.
func appendProvider(o *ort.SessionOptions, provider string) error {
	switch provider {
	case cuda:
		options, err := ort.NewCUDAProviderOptions()
		if err != nil {
			return err
		}
		defer options.Destroy()
		return o.AppendExecutionProviderCUDA(options)
	case coreML:
		return o.AppendExecutionProviderCoreMLV2(nil)
	case directML:
		// It cannot plan memory ahead.
		return errors.Join(o.SetMemPattern(false), o.AppendExecutionProviderDirectML(0))
	}
	return nil
}

// tune is [Engine.tune]. What it does is measured on amd64; other processors have
// other kernels, and other providers run ConvTranspose well.
func (e onnxRuntime) tune(m *onnx.Model) *onnx.Model {
	if e.provider != cpu || runtime.GOARCH != "amd64" {
		return m
	}
	return subpixel.Rewrite(m)
}

func (e onnxRuntime) load(m *onnx.Model) (runner, error) {
	data, err := m.Marshal()
	if err != nil {
		return nil, err
	}
	options, err := e.sessionOptions()
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	var inputs, outputs []string
	for _, info := range m.Graph.Feeds() {
		inputs = append(inputs, info.Name)
	}
	for _, info := range m.Graph.Outputs {
		outputs = append(outputs, info.Name)
	}
	session, err := ort.NewDynamicAdvancedSessionWithONNXData(data, inputs, outputs, options)
	if err != nil {
		return nil, fmt.Errorf("refuses the model: %w", lastCause(err))
	}
	r := &onnxRuntimeRunner{session: session, outputs: m.Graph.Outputs}
	if e.provider == directML {
		r.one = &sync.Mutex{} // its sessions do one run at a time
	}
	return r, nil
}

// onnxRuntimeRunner is a model in an ONNX Runtime session.
type onnxRuntimeRunner struct {
	session *ort.DynamicAdvancedSession
	outputs []onnx.ValueInfo
	one     *sync.Mutex // held by a run, if it must be the only one
}

func (r *onnxRuntimeRunner) run(inputs, into []Tensor) ([]Tensor, error) {
	if r.one != nil {
		r.one.Lock()
		defer r.one.Unlock()
	}
	if len(inputs) == 0 { // which the binding does not take
		return nil, errors.New("a graph without inputs: the go engine runs it")
	}
	values, err := wrap(inputs)
	defer destroy(values)
	if err != nil {
		return nil, fmt.Errorf("input %w", err)
	}
	results, err := wrap(into)
	if len(into) == 0 {
		results, err = r.newOutputs()
	}
	defer destroy(results)
	if err != nil {
		return nil, fmt.Errorf("output %w", err)
	}
	if err := r.session.Run(values, results); err != nil {
		return nil, lastCause(err)
	}
	outputs := into
	if len(into) == 0 {
		outputs = make([]Tensor, len(results))
	}
	for i, v := range results {
		switch v := v.(type) {
		case *ort.Scalar[float32]:
			outputs[i].Data = append(outputs[i].Data[:0], v.GetData())
		case *ort.Tensor[float32]:
			if len(into) == 0 {
				outputs[i] = Tensor{Shape: ints(v.GetShape()), Data: slices.Clone(v.GetData())} // the library owns the original
			}
		default:
			return nil, fmt.Errorf("output %q is no float32 tensor", r.outputs[i].Name)
		}
	}
	return outputs, nil
}

// newOutputs returns what the library fills in: nil, which it allocates, but for
// scalars, which the binding cannot take from it.
func (r *onnxRuntimeRunner) newOutputs() ([]ort.Value, error) {
	values := make([]ort.Value, len(r.outputs))
	for i, v := range r.outputs {
		if v.Shape != nil && len(v.Shape) == 0 {
			scalar, err := ort.NewEmptyScalar[float32]()
			if err != nil {
				return values, err
			}
			values[i] = scalar
		}
	}
	return values, nil
}

func (r *onnxRuntimeRunner) close() error { return r.session.Destroy() }

// wrap returns values over the memory of tensors, which they keep alive until they
// are destroyed; scalars have memory of their own.
func wrap(tensors []Tensor) ([]ort.Value, error) {
	values := make([]ort.Value, 0, len(tensors))
	for i, t := range tensors {
		var value ort.Value
		var err error
		if len(t.Shape) == 0 {
			value, err = ort.NewScalar(t.Data[0])
		} else {
			value, err = ort.NewTensor(ort.NewShape(int64s(t.Shape)...), t.Data)
		}
		if err != nil {
			return values, fmt.Errorf("%d: %w", i, err)
		}
		values = append(values, value)
	}
	return values, nil
}

func destroy(values []ort.Value) {
	for _, v := range values {
		if v != nil && !reflect.ValueOf(v).IsNil() { // the binding leaves nil tensors where it fails
			v.Destroy()
		}
	}
}

// lastCause drops the binding's capitalised prefixes from ONNX Runtime's message.
func lastCause(err error) error {
	for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(err) {
		err = cause
	}
	return errors.New(strings.Join(strings.Fields(err.Error()), " "))
}
