package main

import (
	"errors"
	"fmt"

	"govae/internal/sink"
)

// outputAdvice adds to an error of package sink the flag that helps.
func outputAdvice(err error) error {
	advice := ""
	if exists, ok := errors.AsType[*sink.ExistsError](err); ok {
		if advice = ", or --force to write into it"; exists.Unrecorded {
			advice = ", or --force to begin anew"
		}
	}
	if stopped, ok := errors.AsType[*sink.InterruptedError](err); ok {
		switch {
		case stopped.Err == nil:
			advice = "; go on with --resume, or begin anew with --force"
		case stopped.Resumable:
			advice = "; go on with --resume"
		default:
			advice = "; begin anew with --force"
		}
	}
	if _, ok := errors.AsType[*sink.RecordError](err); ok {
		advice = "; give --force in place of --resume to begin anew"
	}
	if advice == "" {
		return err
	}
	return fmt.Errorf("%w%s", err, advice)
}
