package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"govae/infer"
)

// checkValues is the metadata entry vae.check: inputs by a formula, and for each
// output its mean and 16 evenly spaced values.
type checkValues struct {
	Tolerance float64
	Cases     []checkCase
}

type checkCase struct {
	Rows, Step, Modulus int
	Scale, Offset       float64
	Outputs             []struct {
		Mean   float64
		Values [16]float64
	}
}

// check runs the check values of a decoder and returns the largest difference and
// the one that the file tolerates.
func check(session *infer.Session) (largest, tolerance float64, err error) {
	text, ok := session.Model.MetadataValue("vae.check")
	if !ok {
		return 0, 0, errors.New("no check values (vae.check) in the file; export the model again")
	}
	var values checkValues
	if err := json.Unmarshal([]byte(text), &values); err != nil {
		return 0, 0, fmt.Errorf("vae.check: %w; export the model again", err)
	}
	for _, c := range values.Cases {
		images, err := session.Decode(context.Background(), c.input(session.Latent))
		if err != nil {
			return 0, 0, err
		}
		largest = max(largest, c.difference(images.Pixels))
	}
	return largest, values.Tolerance, nil
}

func (c checkCase) input(latent int) []float32 {
	z := make([]float32, c.Rows*latent)
	for i := range z {
		z[i] = float32(c.Offset + c.Scale*float64(i*c.Step%c.Modulus)/float64(c.Modulus))
	}
	return z
}

// difference compares pixels with the only output of a decoder.
func (c checkCase) difference(pixels []float32) float64 {
	want := c.Outputs[0]
	sum := 0.0
	for _, p := range pixels {
		sum += float64(p)
	}
	worst := math.Abs(sum/float64(len(pixels)) - want.Mean)
	scale := max(1, math.Abs(want.Mean))
	for j, v := range want.Values {
		got := float64(pixels[j*(len(pixels)-1)/15])
		worst = max(worst, math.Abs(got-v)) // NaN stays NaN
		scale = max(scale, math.Abs(v))
	}
	return worst / scale
}
