// Package advice turns errors of libraries, which know no flags and no commands, into
// what their users can do about them.
package advice

import (
	"errors"

	"github.com/spf13/cobra"

	"govae/dataset"
	"govae/engine/onnxruntime"
)

// Advice is what a user can do about an error: the end of its line, or "" where it has
// nothing to say.
type Advice func(error) string

// On is advice on errors of one type.
func On[E error](advise func(E) string) Advice {
	return func(err error) string {
		if e, ok := errors.AsType[E](err); ok {
			return advise(e)
		}
		return ""
	}
}

// Say is [On] with the same words for every error of the type.
func Say[E error](text string) Advice { return On(func(E) string { return text }) }

// Add adds the first advice that applies to err, which may be nil, unless err has some already: the code nearest to
// an error knows best which flag was meant.
func Add(err error, all ...Advice) error {
	if _, ok := errors.AsType[*advised](err); ok {
		return err
	}
	if text := first(err, all...); text != "" {
		return &advised{err, text}
	}
	return err
}

// advised is an error with advice.
type advised struct {
	error
	text string
}

func (e *advised) Error() string { return e.error.Error() + e.text }

func (e *advised) Unwrap() error { return e.error }

func first(err error, all ...Advice) string {
	for _, advise := range all {
		if text := advise(err); text != "" {
			return text
		}
	}
	return ""
}

// Command lets a command and those below it add advice to their errors.
func Command(cmd *cobra.Command, all ...Advice) {
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error { return Add(run(cmd, args), all...) }
	}
	for _, c := range cmd.Commands() {
		Command(c, all...)
	}
}

// Library is advice on how to get an ONNX Runtime library where one is missing or does
// not fit.
func Library(err error) string {
	return first(err,
		Say[*onnxruntime.LibraryError]("; get a library that fits with 'vae-infer runtime install'"),
		Say[*onnxruntime.NotFoundError]("; get one with 'vae-infer runtime install', or name one in "+onnxruntime.Variable),
	)
}

// Skippable is advice on files that cannot be read where others can.
func Skippable(err error) string {
	return On(func(e *dataset.BadFilesError) string {
		if len(e.Files) == e.Of {
			return ""
		}
		return " (--skip-bad leaves them out)"
	})(err)
}
