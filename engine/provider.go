package engine

import (
	"fmt"
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
