package engine

import (
	"fmt"
	"slices"
	"strings"

	"govae/internal/option"
)

// Options choose an engine. The zero value is right for most programs.
type Options struct {
	// Name is "onnxruntime", "go" (pure Go; "gonum" is its old name), or "auto" (or
	// empty), which takes ONNX Runtime where its library is found, else pure Go.
	Name string
	// Library is the path of the ONNX Runtime library. If it is empty,
	// [onnxruntime.Find] decides.
	Library string
	// Provider is the hardware on which ONNX Runtime runs models, one of [Providers]:
	// "cpu" (or empty), "cuda", "coreml" or "directml". The library must have been
	// built with it.
	Provider string
}

// Check finds mistakes in the options, as [New] does before it looks for a library: the
// error is an [*OptionError] or a [*ProcessorError].
func (o Options) Check() error {
	switch {
	case o.Provider != "" && !slices.Contains(Providers(), o.Provider):
		return option.Wrong("Provider", o.Provider, "one of "+strings.Join(Providers(), ", "))
	case !slices.Contains([]string{"", "auto", "onnxruntime", "go", "gonum"}, o.Name):
		return option.Wrong("Name", o.Name, "auto, onnxruntime or go")
	case o.Names()[0] == "go" && o.Provider != "" && o.Provider != cpu:
		return &ProcessorError{o.Provider}
	}
	return nil
}

// Names returns the names of the engines that the options allow, the first choice first.
func (o Options) Names() []string {
	switch {
	case o.Name == "go" || o.Name == "gonum":
		return []string{"go"}
	case o.Name == "onnxruntime" || o.Provider != "" && o.Provider != cpu: // no other one has it
		return []string{"onnxruntime"}
	}
	return []string{"onnxruntime", "go"}
}

// OptionError says that an option has a value that is not known.
type OptionError = option.Error

// ProcessorError says that the pure-Go engine was asked for on other hardware than the
// processor.
type ProcessorError struct{ Provider string }

func (e *ProcessorError) Error() string {
	return fmt.Sprintf("provider %s: engine go runs on the cpu alone; use engine onnxruntime", e.Provider)
}
