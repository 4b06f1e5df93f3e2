package infer_test

import (
	"context"
	"fmt"
	"log"

	"govae/infer"
)

// Draw a picture from a decoder and print it as text.
func Example() {
	decoder, err := infer.Open("decoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer decoder.Close()
	images, err := decoder.Sample(context.Background(), 1, infer.SampleOptions{Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	for i, v := range images.At(0) {
		if i%images.W == 0 {
			fmt.Println()
		}
		fmt.Printf("%c", " .:-=+*#%@"[int(v*9)])
	}
}

// Encode images and decode them again.
func ExampleReconstruct() {
	encoder, err := infer.Open("encoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer encoder.Close()
	decoder, err := infer.Open("decoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer decoder.Close()
	x := make([]float32, 2*encoder.C*encoder.H*encoder.W) // two black images
	images, err := infer.Reconstruct(context.Background(), encoder, decoder, x)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(images.Len(), "images")
}
