package latent

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestPlane(t *testing.T) {
	flat := [][]float32{{1, 2}, {3, 5}, {4, 0}}
	deep := [][]float32{{0, 0, 0}, {0, 4, 0}, {0, 0, 2}, {0, 4, 2}}
	widest := func(points [][]float32) Plane {
		p, err := WidestPlane(points, nil)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	byClass, err := ClassPlane([][]float32{{0, 0, 0}, {0, 0, 2}, {4, 0, 9}, {0, 1, 1}}, []int{0, 0, 2, 3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		plane  Plane
		points [][]float32
		x, y   []float64
		names  string
	}{
		{DimensionPlane(1, 0), flat, []float64{2, 5, 0}, []float64{1, 3, 4}, "z[1] z[0]"},
		{widest(flat), flat, []float64{1, 3, 4}, []float64{2, 5, 0}, "z[0] z[1]"},
		{widest(deep), deep, []float64{-2, 2, -2, 2}, []float64{-1, -1, 1, 1},
			"first principal component (80 % of the variance) second principal component (20 %)"},
		{byClass, nil, []float64{}, []float64{},
			"first principal component (99 % of the class means' variance) second principal component (1 %)"},
	} {
		x, y := tt.plane.Project(tt.points)
		for i := range x {
			x[i], y[i] = math.Round(1e6*x[i])/1e6, math.Round(1e6*y[i])/1e6
		}
		if names := tt.plane.X + " " + tt.plane.Y; !slices.Equal(x, tt.x) || !slices.Equal(y, tt.y) || names != tt.names {
			t.Errorf("%s: places %v and %v, want %s: %v and %v", names, x, y, tt.names, tt.x, tt.y)
		}
	}
	for _, wrong := range []struct {
		points [][]float32
		want   string
	}{
		{[][]float32{{1}, {2}, {3}}, "2 dimensions or more"},
		{deep[:2], "3 points or more"},
		{nil, "3 points or more"},
	} {
		if _, err := WidestPlane(wrong.points, nil); err == nil || !strings.Contains(err.Error(), wrong.want) {
			t.Errorf("%v: error %v, want %q", wrong.points, err, wrong.want)
		}
	}
	if _, err := ClassPlane(deep, []int{0, 1}, nil); err == nil {
		t.Error("no error for two labels of four points")
	}
	if _, err := ClassPlane([][]float32{{0, 1}, {2, 3}}, []int{0, 1}, nil); err == nil || err.Error() != "2 classes make no plane: three are needed" {
		t.Errorf("two classes: %v", err)
	}
}
