package main

import (
	"context"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"govae/dataset"
)

// digits returns some of the built-in digits.
func digits(t *testing.T) *dataset.Data {
	source, err := dataset.Open("digits", dataset.Options{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	data, err := source.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	data.Test = data.Test.Head(100)
	return data
}

// TestMeasure goes the whole way on a small scale, twice.
func TestMeasure(t *testing.T) {
	data := digits(t)
	s := settings{sizes: []int{2, 4}, seeds: 2, perClass: 4, noise: 1, steps: 20, fewSteps: 4, allSteps: 4, judgeSteps: 20, labelledSteps: 4, many: 6, labelSteps: 4, confidence: 0.05, saw: []string{sawFew, sawAll, sawLabels}}
	var runs []*results
	for range 2 {
		r, err := measure(context.Background(), data, s, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, r)
	}
	if !reflect.DeepEqual(runs[0].accuracy, runs[1].accuracy) {
		t.Error("two runs have different results")
	}
	for _, arm := range slices.Concat(arms(sawFew), arms(sawAll), arms(sawLabels)) {
		for _, arm.k = range s.sizes {
			values := runs[0].accuracy[arm]
			if len(values) != s.seeds || slices.ContainsFunc(values, func(v float64) bool { return !(v >= 0 && v <= 1) }) {
				t.Errorf("%v: accuracies %v, want %d", arm, values, s.seeds)
			}
		}
	}
	var text strings.Builder
	runs[0].print(&text)
	if rows := strings.Count(text.String(), "\n| "); rows != 5+5+6+10+16+7 || strings.Contains(text.String(), "NaN") {
		t.Errorf("%d rows of tables:\n%s", rows, &text)
	}
	path := filepath.Join(t.TempDir(), "plot.png")
	if err := runs[0].plot(path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		t.Errorf("no picture: %v", err)
	}
}

func TestGain(t *testing.T) {
	r := results{settings: settings{seeds: 2, sizes: []int{5}}, accuracy: map[cell][]float64{
		{"", nothing, 5}: {0.5, 0.75}, {"", shifts, 5}: {0.75, 0.5},
	}}
	if got := r.gain()[cell{"", shifts, 5}]; !slices.Equal(got, []float64{0.25, -0.25}) {
		t.Errorf("gain %v, want 0.25 and -0.25", got)
	}
}

func TestChoose(t *testing.T) {
	data := digits(t)
	few, err := choose(data.Train, 10, 3, rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		t.Fatal(err)
	}
	more, err := choose(data.Train, 10, 6, rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		t.Fatal(err)
	}
	chosen := map[string]bool{}
	for i := range more.Len() {
		chosen[string(more.At(i))] = true
	}
	count := make([]int, 10)
	for i, label := range few.Labels {
		count[label]++
		if !chosen[string(few.At(i))] {
			t.Errorf("image %d is not among the larger choice", i)
		}
	}
	if !slices.Equal(count, slices.Repeat([]int{3}, 10)) {
		t.Errorf("%v images of the classes, want 3 each", count)
	}
	if _, err := choose(data.Train, 10, 21, rand.New(rand.NewPCG(1, 0))); err == nil {
		t.Error("no error for more images than there are")
	}
}

func TestShift(t *testing.T) {
	x := []float32{
		1, 2, 3,
		4, 5, 6,
	}
	for _, tt := range []struct {
		dy, dx int
		want   []float32
	}{
		{0, 0, x},
		{1, 0, []float32{0, 0, 0, 1, 2, 3}},
		{-1, 1, []float32{0, 4, 5, 0, 0, 0}},
		{0, -2, []float32{3, 0, 0, 6, 0, 0}},
		{2, 0, make([]float32, 6)},
	} {
		if got := moved(x, 2, 3, tt.dy, tt.dx); !slices.Equal(got, tt.want) {
			t.Errorf("moved by %d, %d: %v, want %v", tt.dy, tt.dx, got, tt.want)
		}
	}
	few, err := choose(digits(t).Train, 10, 2, rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		t.Fatal(err)
	}
	made := shift(few, 4, 10, rand.New(rand.NewPCG(1, 1)))
	if len(made.labels) != 40 || len(made.x) != 40*few.Shape.Len() {
		t.Errorf("%d shifted images, want 40", len(made.labels))
	}
}

// TestBatches tells real images from synthetic ones by their value.
func TestBatches(t *testing.T) {
	real, synthetic := set{[]float32{1, 1}, []int{0, 1}}, set{[]float32{2, 2, 2}, []int{0, 1, 2}}
	for _, tt := range []struct {
		synthetic set
		want      float64
	}{{set{}, 1}, {synthetic, 1.5}} {
		b := batches(real, tt.synthetic, 1, rand.New(rand.NewPCG(1, 0)))()
		sum := 0.0
		for _, v := range b.x {
			sum += float64(v)
		}
		if mean := sum / float64(len(b.labels)); math.Abs(mean-tt.want) > 1e-9 {
			t.Errorf("mean value %g, want %g", mean, tt.want)
		}
	}
}
