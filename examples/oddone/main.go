// Command oddone watches a stream of images that never ends and stops at the first one
// that is unlike normal ones, at once, with a heat map of where. It runs the files that
// quickstart exports.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"log"
	"math/rand/v2"
	"path/filepath"
	"time"

	"govae/anomaly"
	"govae/dataset"
	"govae/images"
	"govae/infer"
	"govae/picture"
)

func main() {
	dir := flag.String("model", "../quickstart/quickstart-model", "directory of the exported files")
	heat := flag.String("heat", "odd.png", "picture for the odd image and its heat map")
	flag.Parse()
	if err := run(context.Background(), *dir, *heat); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir, heat string) error {
	pair, err := infer.OpenPair(filepath.Join(dir, "decoder.onnx"), filepath.Join(dir, "encoder.onnx"), infer.Options{})
	if err != nil {
		return err
	}
	defer pair.Close()
	source, err := dataset.Open("digits", dataset.Options{Limit: 1000})
	if err != nil {
		return err
	}
	data, err := source.Load(ctx)
	if err != nil {
		return err
	}
	normal, unseen := data.Train, data.Test.Head(1000)
	detector, err := pair.FitDetector(ctx, normal.All(), anomaly.Options{FalseAlarms: 1e-4, Unseen: pair.Samples(ctx, unseen.All(), 0)})
	if err != nil {
		return err
	}
	odd, err := firstOdd(pair.Judge(ctx, detector, camera(data.Test)))
	if err != nil {
		return err
	}
	fmt.Printf("image %d is odd: its score is %.1f, and normal ones have less than %.1f; see %s\n", odd.Index, odd.Score, detector.Threshold(), heat)
	return picture.WritePNG(heat, picture.Heat(odd.Picture, odd.Heat).Picture())
}

// firstOdd returns the first verdict of a stream that an image is odd.
func firstOdd(verdicts iter.Seq2[anomaly.Verdict, error]) (anomaly.Verdict, error) {
	for v, err := range verdicts {
		if err != nil || v.Odd {
			return v, err
		}
	}
	return anomaly.Verdict{}, errors.New("no image is odd")
}

// camera sees a digit every few milliseconds, and now and then one with a scratch.
func camera(digits *images.Set) iter.Seq2[images.Image, error] {
	return func(yield func(images.Image, error) bool) {
		r := rand.New(rand.NewPCG(1, 1))
		for {
			time.Sleep(5 * time.Millisecond)
			m := digits.Image(r.IntN(digits.Len()))
			if r.IntN(200) == 0 {
				for x := range m.W {
					m.Pixels[m.H/3*m.W+x] = 1
				}
			}
			if !yield(m, nil) {
				return
			}
		}
	}
}
