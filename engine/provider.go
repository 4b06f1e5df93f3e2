package engine

import (
	"fmt"
	"slices"
	"strings"

	"govae/engine/onnxruntime"
)

// The hardware that ONNX Runtime may run models on; it calls them execution
// providers. A library has those that it was built with.
const (
	cpu      = "cpu"
	cuda     = "cuda"
	coreML   = "coreml"
	directML = "directml"
)

// Providers returns the names that [Options.Provider] may have.
func Providers() []string { return []string{cpu, cuda, coreML, directML} }

// ProviderError says that a library lacks the provider that was asked for.
type ProviderError struct {
	Provider string
	Library  onnxruntime.Library
	Err      error // what the library said
}

// Error implements error. It says what to install.
func (e *ProviderError) Error() string {
	return fmt.Sprintf("provider %s: %s (ONNX Runtime %s) cannot use it (%s); %s",
		e.Provider, e.Library.Path, e.Library.Version, strings.TrimSuffix(e.Err.Error(), "."), providerLibrary[e.Provider])
}

// Unwrap returns the cause.
func (e *ProviderError) Unwrap() error { return e.Err }

// providerLibrary says where to get a library with a provider.
var providerLibrary = map[string]string{
	cuda:     "install CUDA, cuDNN and a build of ONNX Runtime for NVIDIA GPUs (the Python package onnxruntime-gpu, or the release archive with -gpu- in its name)",
	coreML:   "use a build of ONNX Runtime for macOS",
	directML: "use a build of ONNX Runtime for Windows with DirectML (the Python package onnxruntime-directml)",
}

// checkProvider finds what is wrong with the provider that was asked for.
func (o Options) checkProvider() error {
	switch {
	case !slices.Contains(Providers(), o.Provider):
		return fmt.Errorf("provider %q: not known; use one of %s", o.Provider, strings.Join(Providers(), ", "))
	case o.Name == "go" && o.Provider != cpu:
		return fmt.Errorf("provider %s: engine go runs on the cpu alone; use engine onnxruntime", o.Provider)
	}
	return nil
}
