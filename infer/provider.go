package infer

import (
	"fmt"
	"slices"
	"strings"
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

// providerLibrary says where to get a library with a provider.
var providerLibrary = map[string]string{
	cuda:     "install CUDA, cuDNN and a build of ONNX Runtime for NVIDIA GPUs (the Python package onnxruntime-gpu, or the release archive with -gpu- in its name)",
	coreML:   "use a build of ONNX Runtime for macOS ('vae-infer runtime install' fetches one there)",
	directML: "use a build of ONNX Runtime for Windows with DirectML (the Python package onnxruntime-directml)",
}

// checkProvider finds what is wrong with the provider that was asked for.
func (o Options) checkProvider() error {
	switch {
	case !slices.Contains(Providers(), o.Provider):
		return fmt.Errorf("provider %q: not known; use one of %s", o.Provider, strings.Join(Providers(), ", "))
	case o.Engine == "gonum" && o.Provider != cpu:
		return fmt.Errorf("provider %s: engine gonum runs on the cpu alone; use engine onnxruntime", o.Provider)
	}
	return nil
}

// providerError says that a library lacks a provider, and what to install.
func providerError(l Library, provider string, cause error) error {
	return fmt.Errorf("provider %s: %s (ONNX Runtime %s) cannot use it (%s); %s, and name its library with --library or %s",
		provider, l.Path, l.Version, strings.TrimSuffix(cause.Error(), "."), providerLibrary[provider], LibraryVariable)
}
