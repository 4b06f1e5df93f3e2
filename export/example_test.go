package export_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"govae/engine"
	"govae/export"
	"govae/models"
)

// A model written as two files, each run by the pure-Go engine before it is kept.
func Example() {
	vae, err := models.New(models.Config{Image: models.Shape{H: 8, W: 8, C: 1}}, 1)
	if err != nil {
		log.Fatal(err)
	}
	e, err := engine.New(engine.Options{Name: "go"})
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "govae")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	paths := export.Paths{Decoder: filepath.Join(dir, "decoder.onnx"), Encoder: filepath.Join(dir, "encoder.onnx")}
	results, err := export.Write(context.Background(), vae, paths, e, export.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range results {
		fmt.Println(filepath.Base(r.Path), r.Verified, r.Difference <= export.Tolerance)
	}
	// Output:
	// decoder.onnx true true
	// encoder.onnx true true
}
