package goengine_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"govae/engine"
	"govae/engine/enginetest"
	"govae/infer"
	"govae/latent"
	"govae/models"
)

// TestBits draws the same samples in one go and in parts of 1, 7, 13 and 64, which
// begin anywhere, on 1 and 2 threads: within an engine not a bit may differ, between
// the engines no value by more than 1e-5.
func TestBits(t *testing.T) {
	const n = 64
	for model, c := range map[string]models.Config{
		"reference": {},
		"colour":    {Image: models.Shape{H: 9, W: 11, C: 3}, Latent: 5},
	} {
		data := decoder(t, c)
		var all [][]float32 // of each engine
		enginetest.Each(t, func(t *testing.T, _ *engine.Engine, o engine.Options) {
			var want []float32
			for _, threads := range []int{1, 2} {
				s, err := infer.OpenDecoderBytes(data, infer.Options{Engine: o, Threads: threads})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				for _, part := range []int{n, 1, 7, 13} {
					t.Run(fmt.Sprintf("%s/threads=%d/part=%d", model, threads, part), func(t *testing.T) {
						var got []float32
						for first := 0; first < n; first += part {
							m, err := infer.Collect(s.Sample(t.Context(), min(part, n-first), latent.SampleOptions{Seed: 3, First: first}))
							if err != nil {
								t.Fatal(err)
							}
							got = append(got, m.Pixels...)
						}
						if want == nil {
							want = got
						}
						if !slices.Equal(got, want) {
							t.Error("other bits than in one go on one thread")
						}
					})
				}
			}
			all = append(all, want)
		})
		if len(all) < 2 {
			continue
		}
		for i, v := range all[0] {
			if d := math.Abs(float64(v - all[1][i])); !(d <= 1e-5) {
				t.Fatalf("%s: the engines differ by %g", model, d)
			}
		}
	}
}
