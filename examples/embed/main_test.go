package main

import (
	"testing"

	"govae/engine"
	"govae/infer"
)

// TestDecoder runs the check values of the embedded file in the engine that needs
// no library.
func TestDecoder(t *testing.T) {
	session, err := infer.OpenBytes(decoder, infer.Options{Engine: engine.Options{Name: "go"}})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	if _, err := session.CheckValues(t.Context()); err != nil {
		t.Error(err)
	}
}
