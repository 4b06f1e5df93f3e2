package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"govae/adapt"
	"govae/dataset"
	"govae/engine"
	"govae/engine/onnxruntime"
	"govae/infer"
	"govae/latent"
	"govae/sink"
)

func TestAdvise(t *testing.T) {
	plain := errors.New("plain")
	library := &onnxruntime.LibraryError{Path: "/x.so", Err: plain}
	var classes []string
	for i := range 100 {
		classes = append(classes, fmt.Sprintf("class %d", i))
	}
	for _, tt := range []struct {
		err  error
		want string // behind the error itself
	}{
		{plain, ""},
		{library, "; get a library that fits with 'vae-infer runtime install'"},
		{&onnxruntime.NotFoundError{}, "; get one with 'vae-infer runtime install', or name one in ONNXRUNTIME_SHARED_LIBRARY_PATH"},
		{&onnxruntime.NotFoundError{Searched: []onnxruntime.Place{{}, {Unusable: library}}}, "; get a library that fits with 'vae-infer runtime install'"},
		{&engine.ProviderError{Provider: "cuda", Err: plain}, ", and name its library with --library or ONNXRUNTIME_SHARED_LIBRARY_PATH"},
		{&engine.ProviderError{Provider: "coreml", Err: plain}, " ('vae-infer runtime install' fetches one there), and name its library with --library or ONNXRUNTIME_SHARED_LIBRARY_PATH"},
		{&onnxruntime.InstallError{Failures: []error{plain}}, ""},
		{&onnxruntime.InstallError{Failures: []error{plain, plain}}, "; or give a library, wheel or archive with --from"},
		{&onnxruntime.PlatformError{Platform: "plan9/arm"}, "; build it for plan9/arm and install it with --from FILE"},
		{&adapt.Question{Option: "Layout"}, " (--layout)"},
		{&adapt.Question{Option: "Size"}, " (--image-size)"},
		{&infer.LikelihoodError{Name: "a.onnx"}, "; export the model with vae-export"},
		{&latent.TooFlatError{Space: latent.Space{Name: "a.onnx", Dims: 1}}, "; train with --latent 2 or more"},
		{&latent.FileError{Want: "mixture", Err: plain}, "; write it with vae-infer encode --fit-mixture"},
		{&latent.FileError{Want: "attribute", Err: plain}, "; write it with vae-infer edit --save-attribute"},
		{&dataset.ClassError{Class: "clas 77", Classes: classes}, ": did you mean class 77?"},
		{&dataset.ClassError{Class: "clas 7", Classes: classes[:9]}, ""}, // all are listed
		{&infer.LabelError{Class: "clas 77", Classes: classes}, ": did you mean class 77? (--label CLASS)"},
		{&infer.LabelError{Classes: []string{"1", strings.Repeat("2", 300), "3"}}, " (--label CLASS)"},
		{&dataset.OneSidedError{Split: dataset.TestSplit}, ", or take all with --split all"},
		{&dataset.OneSidedError{Split: dataset.AllSplits}, ""},
		{&dataset.OneSidedError{}, ""},
		{&dataset.NotEmptyError{Path: "a", Name: "b"}, ", or --force to write into it"},
		{&engine.UnsupportedError{Reason: "no such operator"}, "; use --engine onnxruntime ('vae-infer runtime install' fetches ONNX Runtime)"},
		{&sink.InterruptedError{Resumable: true}, "; go on with --resume, or begin anew with --force"},
		{&sink.InterruptedError{Resumable: true, Err: plain}, "; go on with --resume"},
		{&sink.InterruptedError{}, "; begin anew with --force"},
		{&sink.InterruptedError{Err: plain}, "; begin anew with --force"},
	} {
		err := fmt.Errorf("about: %w", tt.err)
		if got := advise(err).Error(); !strings.HasPrefix(got, err.Error()) || strings.TrimPrefix(got, err.Error()) != tt.want {
			t.Errorf("%T: %q, want %q behind it", tt.err, got, tt.want)
		}
	}
	if advise(nil) != nil {
		t.Error("no error becomes one")
	}
}
