package main

import (
	"testing"

	"govae/infer"
)

// TestDecoder runs the check values of the embedded file in the engine that needs
// no library.
func TestDecoder(t *testing.T) {
	session, err := infer.OpenBytes(decoder, infer.Options{Engine: "gonum"})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	if _, err := session.CheckValues(t.Context()); err != nil {
		t.Error(err)
	}
}
