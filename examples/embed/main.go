// Command embed carries a decoder inside its binary and prints a digit as text.
// With -check it runs the check values inside the decoder instead.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"log"
	"runtime"

	"govae/engine"
	"govae/infer"
	"govae/latent"
)

//go:embed decoder.onnx
var decoder []byte

func main() {
	seed := flag.Uint64("seed", 1, "number that decides the digit")
	check := flag.Bool("check", false, "run the check values inside the decoder")
	name := flag.String("engine", "auto", "auto, onnxruntime or go")
	flag.Parse()

	options := infer.Options{Engine: engine.Options{Name: *name}}
	if *check {
		file, err := infer.OpenBytes(decoder, options)
		if err != nil {
			log.Fatal(err)
		}
		defer file.Close()
		difference, err := file.CheckValues(context.Background())
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s, %s: largest difference %.1e\n", runtime.Version(), file.Engine(), difference)
		return
	}
	session, err := infer.OpenDecoderBytes(decoder, options)
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()
	for image, err := range session.Sample(context.Background(), 1, latent.SampleOptions{Seed: *seed}) {
		if err != nil {
			log.Fatal(err)
		}
		for i, v := range image.Pixels {
			shade := min(int(v*5), 4)
			fmt.Print(" .:*#"[shade:shade+1], " .:*#"[shade:shade+1]) // twice: characters are tall
			if (i+1)%image.W == 0 {
				fmt.Println()
			}
		}
	}
}
