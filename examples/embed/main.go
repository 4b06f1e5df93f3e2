// Command embed carries a decoder inside its binary and prints a digit as text.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"log"

	"govae/infer"
)

//go:embed decoder.onnx
var decoder []byte

func main() {
	seed := flag.Uint64("seed", 1, "number that decides the digit")
	flag.Parse()

	session, err := infer.OpenBytes(decoder, infer.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()

	images, err := session.Sample(context.Background(), 1, infer.SampleOptions{Seed: *seed})
	if err != nil {
		log.Fatal(err)
	}
	for i, v := range images.At(0) {
		shade := min(int(v*5), 4)
		fmt.Print(" .:*#"[shade:shade+1], " .:*#"[shade:shade+1]) // twice: characters are tall
		if (i+1)%images.W == 0 {
			fmt.Println()
		}
	}
}
