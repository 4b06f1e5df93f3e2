package picture

import (
	"math"
	"path/filepath"
	"testing"
)

func TestRuns(t *testing.T) {
	nan := math.NaN()
	path := filepath.Join(t.TempDir(), "runs.png")
	long := TrainingRun{"a run with quite a long name of its own", []int{1, 2, 3}, []float64{1, 2, 3}, []float64{-200, nan, -150}, []float64{-190, -170, math.Inf(-1)}}
	if err := Runs(path, long, TrainingRun{"b", []int{1}, []float64{0.5}, []float64{-180}, []float64{-160}}, TrainingRun{Name: "empty"}); err != nil {
		t.Fatal(err)
	}
	if b := decode(t, path).Bounds(); b.Dx() < 2*b.Dy() {
		t.Errorf("a picture of %v, want two panels side by side", b)
	}
	if err := Runs(path, TrainingRun{"b", []int{1}, nil, []float64{-180}, []float64{-160}}); err == nil {
		t.Error("a run without times: no error")
	}
}

// TestRoomAbove: the legend lies where lines are not at their end, also where one rises and one falls.
func TestRoomAbove(t *testing.T) {
	for name, tt := range map[string]struct {
		y    [][]float64
		want bool
	}{
		"rise":            {[][]float64{{0, 80, 90, 100}, {0, 70, 80, 90}}, false},
		"fall":            {[][]float64{{100, 20, 10, 0}}, true},
		"learnt by heart": {[][]float64{{0, 40, 60, 65}, {50, 40, 10, 5}}, true},
		"not finite":      {[][]float64{{100, 20, 10, math.NaN(), 0}, {90, 20, 10, math.Inf(1), 0}}, true},
		"nothing":         {nil, false},
	} {
		var lines []line
		for _, y := range tt.y {
			lines = append(lines, line{y: y})
		}
		if got := roomAbove(lines, 0, 100); got != tt.want {
			t.Errorf("%s: room above is %v", name, got)
		}
	}
}
