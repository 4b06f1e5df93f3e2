package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"govae/infer"
	"govae/latent"
)

// TestAdvice: what the packages say without flags the command says with them.
func TestAdvice(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&infer.LayoutError{}, "nchw or nhwc (--layout)"},
		{&infer.LikelihoodError{Name: "a.onnx"}, "; export the model with vae-export"},
		{&latent.TooFlatError{Space: latent.Space{Name: "a.onnx", Dims: 1}}, "; train with --latent 2 or more"},
		{errors.New("broken"), "broken"},
	} {
		err := adviseOnModel(fmt.Errorf("x: %w", tt.err))
		if !strings.HasPrefix(err.Error(), "x: ") || !strings.HasSuffix(err.Error(), tt.want) || !errors.Is(err, tt.err) {
			t.Errorf("error %v, want one that ends with %q", err, tt.want)
		}
	}
	if adviseOnModel(nil) != nil {
		t.Error("no error became one")
	}
}
