package infer_test

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"log"
	"os"

	"govae/infer"
	"govae/latent"
)

// Draw a picture from a decoder and print it as text.
func Example() {
	decoder, err := infer.OpenDecoder("decoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer decoder.Close()
	for image, err := range decoder.Sample(context.Background(), 1, latent.SampleOptions{Seed: 1}) {
		if err != nil {
			log.Fatal(err)
		}
		for i, v := range image.Pixels {
			if i%image.W == 0 {
				fmt.Println()
			}
			fmt.Printf("%c", " .:-=+*#%@"[int(v*9)])
		}
	}
}

// Write drawn images as PNG files.
func ExampleDecoder_Sample() {
	decoder, err := infer.OpenDecoder("decoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer decoder.Close()
	n := 0
	for image, err := range decoder.Sample(context.Background(), 1000, latent.SampleOptions{Seed: 1, Temperature: 0.8}) {
		if err != nil {
			log.Fatal(err)
		}
		f, err := os.Create(fmt.Sprintf("%04d.png", n))
		if err != nil {
			log.Fatal(err)
		}
		if err := errors.Join(png.Encode(f, image.Picture()), f.Close()); err != nil {
			log.Fatal(err)
		}
		n++
	}
}

// Encode images and decode them again.
func ExamplePair_Reconstruct() {
	vae, err := infer.OpenPair("decoder.onnx", "encoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer vae.Close()
	shape := vae.Encoder.Shape()
	black := infer.Images{Shape: shape, Pixels: make([]float32, 2*shape.Len())}
	images, err := infer.Collect(vae.Reconstruct(context.Background(), black.All()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(images.Len(), "images")
}

// Reconstruct a picture of package image.
func Example_picture() {
	ctx := context.Background()
	vae := openPair()
	defer vae.Close()
	f, err := os.Open("digit.png")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	digit, err := png.Decode(f)
	if err != nil {
		log.Fatal(err)
	}
	x, err := vae.Encoder.FromPicture(digit)
	if err != nil {
		log.Fatal(err)
	}
	mean, _, err := vae.Encoder.Encode(ctx, x.Pixels)
	if err != nil {
		log.Fatal(err)
	}
	images, err := vae.Decoder.Decode(ctx, mean)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(images.At(0).Picture().Bounds())
}

// Make new images of the classes that given images have.
func ExamplePair_Augment() {
	vae, err := infer.OpenPair("decoder.onnx", "encoder.onnx", infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer vae.Close()
	shape := vae.Encoder.Shape()
	given := infer.Images{Shape: shape, Pixels: make([]float32, 2*shape.Len())}
	labels := []int{3, 5}
	options := infer.AugmentOptions{Method: infer.Jitter, PerClass: 100, Seed: 1}
	for image, err := range vae.Augment(context.Background(), given.All(), labels, options) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("class", image.Class, "from image", image.Sources[0], "first pixel", image.Pixels[0])
	}
}
