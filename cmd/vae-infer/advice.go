package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"govae/engine"
	"govae/engine/onnxruntime"
	"govae/internal/advice"
)

// adviseAll lets the errors of a command and of those below it be advised.
func adviseAll(cmd *cobra.Command) {
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error { return advise(run(cmd, args)) }
	}
	for _, c := range cmd.Commands() {
		adviseAll(c)
	}
}

// advise adds to an error, which may be nil, what flag or command helps.
func advise(err error) error {
	if e, ok := errors.AsType[*engine.ProviderError](err); ok {
		if e.Provider == "coreml" {
			return fmt.Errorf("%w ('vae-infer runtime install' fetches one there), and name its library with --library or %s", err, onnxruntime.Variable)
		}
		return fmt.Errorf("%w, and name its library with --library or %s", err, onnxruntime.Variable)
	}
	if e, ok := errors.AsType[*onnxruntime.InstallError](err); ok && len(e.Failures) > 1 {
		return fmt.Errorf("%w; or give a library, wheel or archive with --from", err)
	}
	if e, ok := errors.AsType[*onnxruntime.PlatformError](err); ok {
		return fmt.Errorf("%w; build it for %s and install it with --from FILE", err, e.Platform)
	}
	if _, ok := errors.AsType[*engine.UnsupportedError](err); ok {
		return fmt.Errorf("%w; use --engine onnxruntime", err)
	}
	return advice.Library(err)
}
