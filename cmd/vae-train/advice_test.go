package main

import (
	"context"
	"testing"

	"govae/train"
)

// TestStoppedAdvice: there is a model after the first complete epoch, also before all files are written.
func TestStoppedAdvice(t *testing.T) {
	const resume, export = "; --resume goes on", "; --resume goes on, and vae-export takes the model as it stands"
	for e, want := range map[train.StoppedError]string{
		{Epochs: 3}: resume, {Epochs: 3, Within: true}: resume, {Done: 2, Epochs: 3, Within: true}: export, {Done: 3, Epochs: 3}: export,
	} {
		if e.Err = context.Canceled; stopped(&e) != want {
			t.Errorf("%+v: %q, want %q", e, stopped(&e), want)
		}
	}
}
