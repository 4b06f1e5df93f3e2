package explore

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"govae/anomaly"
	"govae/images"
)

const judgeSamples = `
import { readFileSync } from "node:fs";
import { Detector } from %q;
const { detector, samples } = JSON.parse(readFileSync(process.argv[1]));
const d = new Detector(detector);
console.log(JSON.stringify(samples.map((s) => {
  const { heat, ...verdict } = d.judge(...[s.x, s.y, s.code].map((v) => Float32Array.from(v)));
  return { ...verdict, heat: [...heat] };
})));
`

type judged struct {
	Score float64
	Odd   bool
	Why   string
	Heat  []float32
}

// TestDetectorInJavaScript judges the same samples with the page's scripts and in Go.
func TestDetectorInJavaScript(t *testing.T) {
	for _, shape := range []images.Shape{{H: 16, W: 12, C: 1}, {H: 33, W: 70, C: 3}, {H: 1, W: 5, C: 1}} {
		t.Run(fmt.Sprint(shape), func(t *testing.T) { judgeInJavaScript(t, shape) })
	}
}

func judgeInJavaScript(t *testing.T, shape images.Shape) {
	r := rand.New(rand.NewPCG(uint64(shape.W), 0))
	// sample is a picture that fades, with noise, and a spot if it is a defect; its code is the light.
	sample := func(defect float32) anomaly.Sample {
		x, y := make([]float32, shape.Len()), make([]float32, shape.Len())
		code := []float32{r.Float32(), r.Float32()}
		for i := range x {
			y[i] = 0.2 + 0.4*code[0] + 0.3*code[1]*float32(i%shape.W)/float32(shape.W)
			x[i] = y[i] + 0.02*float32(r.NormFloat64())
			if i%shape.W < 3 && i/shape.W%shape.H < 3 {
				x[i] -= defect
			}
		}
		code[0] += 10 * defect * r.Float32()
		return anomaly.Sample{Picture: images.Image{Shape: shape, Pixels: x}, Reconstruction: images.Image{Shape: shape, Pixels: y}, Code: code}
	}
	d, err := anomaly.Fit(func(yield func(anomaly.Sample, error) bool) {
		for range 150 {
			if !yield(sample(0), nil) {
				return
			}
		}
	}, anomaly.Options{FalseAlarms: 0.05})
	if err != nil {
		t.Fatal(err)
	}
	type given struct {
		X    []float32 `json:"x"`
		Y    []float32 `json:"y"`
		Code []float32 `json:"code"`
	}
	var input struct {
		Detector json.RawMessage `json:"detector"`
		Samples  []given         `json:"samples"`
	}
	if input.Detector, err = d.MarshalText(); err != nil {
		t.Fatal(err)
	}
	var want []anomaly.Verdict
	odd := 0
	for i := range 12 {
		s := sample(0.03 * float32(i%4))
		v, err := d.Judge(s)
		if err != nil {
			t.Fatal(err)
		}
		if v.Odd {
			odd++
		}
		want = append(want, v)
		input.Samples = append(input.Samples, given{s.Picture.Pixels, s.Reconstruction.Pixels, s.Code})
	}
	if odd == 0 || odd == len(want) {
		t.Errorf("%d of %d samples are odd: want some", odd, len(want))
	}
	text, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "samples.json")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	var got []judged
	runNode(t, &got, fmt.Sprintf(judgeSamples, mustAbs(t, "site/detector.js")), path)
	if len(got) != len(want) {
		t.Fatalf("%d verdicts, want %d", len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		if math.Abs(g.Score-w.Score) > 1e-4*(1+w.Score) || g.Odd != w.Odd || g.Why != w.Why || len(g.Heat) != len(w.Heat) {
			t.Errorf("sample %d: score %v, odd %v, %s; want %v, %v, %s", i, g.Score, g.Odd, g.Why, w.Score, w.Odd, w.Why)
			continue
		}
		for j, h := range w.Heat {
			if math.Abs(float64(g.Heat[j]-h)) > 1e-3*(1+float64(h)) {
				t.Errorf("sample %d: heat %v at %d, want %v", i, g.Heat[j], j, h)
				break
			}
		}
	}
}
