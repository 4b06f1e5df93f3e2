package explore

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"testing"

	"gonum.org/v1/gonum/mat"

	"govae/latent"
)

// drawPoints prints points as bits, so that nothing is rounded on the way.
const drawPoints = `
import { prior, fromMixture } from %q;
const mixture = JSON.parse(process.argv[1]);
const out = [];
for (const seed of [0n, 1n, 7n, 2n ** 64n - 1n])
  for (const z of [prior(65, 300, { seed }), prior(3, 9, { seed, temperature: 0.7, first: 5 }), fromMixture(mixture, 100, { seed, temperature: 0.7 })])
    out.push(...new Uint32Array(z.buffer));
console.log(JSON.stringify(out));
`

// TestRandomInJavaScript draws the same points with the page's scripts and in Go.
func TestRandomInJavaScript(t *testing.T) {
	m := &latent.Mixture{
		Latent: 2, Weights: []float64{0.25, 0.75}, Means: [][]float64{{1, -1}, {0.3, 2}},
		Covariances: [][][]float64{{{1, 0.5}, {0.5, 2}}, {{0.1, -0.02}, {-0.02, 0.3}}},
	}
	f, err := factored(m)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var got []uint32
	runNode(t, &got, fmt.Sprintf(drawPoints, mustAbs(t, "site/sample.js")), string(text))
	var want []uint32
	for _, seed := range []uint64{0, 1, 7, math.MaxUint64} {
		for _, points := range []latent.Points{
			latent.Prior(65, 300, latent.SampleOptions{Seed: seed}),
			latent.Prior(3, 9, latent.SampleOptions{Seed: seed, Temperature: 0.7, First: 5}),
			m.Points(100, latent.SampleOptions{Seed: seed, Temperature: 0.7}),
		} {
			for z, err := range points {
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range z {
					want = append(want, math.Float32bits(v))
				}
			}
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d numbers, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("number %d is %v, want %v", i, math.Float32frombits(got[i]), math.Float32frombits(want[i]))
		}
	}
}

// runNode runs a script with an argument, and reads the JSON that it prints.
func runNode(t *testing.T, result any, script, argument string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no node in PATH")
		}
		t.Skip("no node in PATH")
	}
	out, err := exec.Command(node, "--input-type=module", "-e", script, argument).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := json.Unmarshal(out, result); err != nil {
		t.Fatalf("%v\n%.300s", err, out)
	}
}

// TestFactored: the page gets the factors whose product is the covariance.
func TestFactored(t *testing.T) {
	m := &latent.Mixture{Latent: 2, Weights: []float64{1}, Means: [][]float64{{0, 0}}, Covariances: [][][]float64{{{4, 2}, {2, 10}}}}
	f, err := factored(m)
	if err != nil {
		t.Fatal(err)
	}
	if !mat.EqualApprox(mat.NewVecDense(3, f.Factors[0]), mat.NewVecDense(3, []float64{2, 1, 3}), 1e-15) {
		t.Errorf("factors %v", f.Factors)
	}
}
