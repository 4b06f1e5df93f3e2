package anomaly

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestMeasures compares with values found by hand.
func TestMeasures(t *testing.T) {
	for _, c := range []struct {
		name        string
		normal, odd []float64
		auroc, ap   float64
	}{
		{"apart", []float64{1, 2}, []float64{3, 4}, 1, 1},
		{"reversed", []float64{3, 4}, []float64{1, 2}, 0, (1.0/3 + 2.0/4) / 2},
		{"all equal", []float64{1, 1, 1}, []float64{1}, 0.5, 0.25},
		// Of the pairs 1-2, 1-3, 2-2, 2-3, 4-2, 4-3 three and a half are right.
		{"a tie", []float64{1, 2, 4}, []float64{2, 3}, 3.5 / 6, (1.0/2 + 2.0/4) / 2},
		{"infinite", []float64{0, 1}, []float64{math.Inf(1), 0.5}, 0.75, (1 + 2.0/3) / 2},
	} {
		if got := AUROC(c.normal, c.odd); math.Abs(got-c.auroc) > 1e-12 {
			t.Errorf("%s: AUROC %v, want %v", c.name, got, c.auroc)
		}
		if got := AveragePrecision(c.normal, c.odd); math.Abs(got-c.ap) > 1e-12 {
			t.Errorf("%s: average precision %v, want %v", c.name, got, c.ap)
		}
	}
}

// TestScoresThatAreNone: NaN is below all numbers, as cmp.Compare has it, and stops nothing.
func TestScoresThatAreNone(t *testing.T) {
	nan := math.NaN()
	if got := AUROC([]float64{1, nan}, []float64{2, nan}); got != (2+0.5)/4 {
		t.Errorf("AUROC %g, want 0.625", got)
	}
	if rates := ROC([]float64{nan, nan}, []float64{3}); len(rates) != 2 || rates[1].FalseAlarms != 1 {
		t.Errorf("ROC %+v", rates)
	}
}

// TestAUROCCountsPairs compares with the definition, over scores with many ties.
func TestAUROCCountsPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(r.IntN(12))
		}
		return x
	}
	normal, odd := draw(40), draw(30)
	var won float64
	for _, a := range normal {
		for _, b := range odd {
			switch {
			case b > a:
				won++
			case b == a:
				won += 0.5
			}
		}
	}
	if got, want := AUROC(normal, odd), won/1200; math.Abs(got-want) > 1e-12 {
		t.Errorf("%v, want %v", got, want)
	}
	// The area under the points is the same.
	area, last := 0.0, Rate{}
	for _, p := range ROC(normal, odd) {
		area += (p.FalseAlarms - last.FalseAlarms) * (p.Found + last.Found) / 2
		last = p
	}
	if math.Abs(area-won/1200) > 1e-12 || last.FalseAlarms != 1 || last.Found != 1 {
		t.Errorf("area %v, want %v; last point %v", area, won/1200, last)
	}
}
