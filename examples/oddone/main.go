// Command oddone watches a stream of images that never ends and stops at the first one
// that a model finds odd, at once. It runs the files that quickstart exports.
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

	"govae/dataset"
	"govae/images"
	"govae/infer"
)

func main() {
	dir := flag.String("model", "../quickstart/quickstart-model", "directory of the exported files")
	threshold := flag.Float64("threshold", -600, "ELBO in nats below which an image is odd")
	flag.Parse()
	if err := run(context.Background(), *dir, *threshold); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir string, threshold float64) error {
	pair, err := infer.OpenPair(filepath.Join(dir, "decoder.onnx"), filepath.Join(dir, "encoder.onnx"), infer.Options{})
	if err != nil {
		return err
	}
	defer pair.Close()
	source, err := dataset.Open("digits", dataset.Options{Limit: 1})
	if err != nil {
		return err
	}
	data, err := source.Load(ctx)
	if err != nil {
		return err
	}
	score, err := firstOdd(ctx, pair, camera(data.Test), threshold)
	if err != nil {
		return err
	}
	fmt.Printf("image %d is odd: %.0f nats\n", score.Index, score.ELBO)
	return nil
}

// firstOdd returns the score of the first image of a stream that is below the threshold.
func firstOdd(ctx context.Context, pair *infer.Pair, stream iter.Seq2[images.Image, error], threshold float64) (infer.Score, error) {
	for score, err := range pair.Scores(ctx, stream, infer.ScoreOptions{}) {
		if err != nil || score.ELBO < threshold {
			return score, err
		}
	}
	return infer.Score{}, errors.New("no image is odd")
}

// camera sees a digit every few milliseconds, and now and then a negative of one.
func camera(digits *images.Set) iter.Seq2[images.Image, error] {
	r := rand.New(rand.NewPCG(1, 0))
	return func(yield func(images.Image, error) bool) {
		for {
			time.Sleep(5 * time.Millisecond)
			m := digits.Image(r.IntN(digits.Len()))
			if r.IntN(200) == 0 {
				for i, v := range m.Pixels {
					m.Pixels[i] = 1 - v
				}
			}
			if !yield(m, nil) {
				return
			}
		}
	}
}
