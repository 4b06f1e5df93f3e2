package anomaly

import (
	"reflect"
	"testing"
)

func TestAssess(t *testing.T) {
	a, err := Assess([]float64{1, 3, 2, 4, 0}, []string{"good", "good", "hole", "crack", "hole"}, []string{"good"}, 3)
	if err != nil {
		t.Fatal(err)
	}
	if a.Normal != 2 || a.FalseAlarms != 0.5 || len(a.Odd) != 3 {
		t.Fatalf("%+v", a)
	}
	for i := range a.Odd {
		a.Odd[i].Curve = nil
	}
	want := []Quality{
		{Pictures: 3, AUROC: 0.5, AveragePrecision: (1 + 2.0/3 + 3.0/5) / 3, Found: 1.0 / 3},
		{Class: "crack", Pictures: 1, AUROC: 1, AveragePrecision: 1, Found: 1},
		{Class: "hole", Pictures: 2, AUROC: 0.25, AveragePrecision: (1.0/2 + 2.0/4) / 2},
	}
	if !reflect.DeepEqual(a.Odd, want) {
		t.Errorf("%+v, want %+v", a.Odd, want)
	}
	if _, err := Assess([]float64{1}, []string{"good"}, []string{"good"}, 0); err == nil {
		t.Error("normal pictures alone: no error")
	}
	if _, err := Assess([]float64{1}, []string{"hole"}, []string{"good"}, 0); err == nil {
		t.Error("odd pictures alone: no error")
	}
}

func TestNormalClasses(t *testing.T) {
	for _, c := range []struct{ classes, known, want []string }{
		{[]string{"Good", "hole"}, nil, []string{"Good"}},
		{[]string{"good", "hole", "fine"}, []string{"fine", "other"}, []string{"fine"}},
		{[]string{"hole"}, []string{"fine"}, nil},
	} {
		if got := NormalClasses(c.classes, c.known); !reflect.DeepEqual(got, c.want) {
			t.Errorf("of %v: %v, want %v", c.classes, got, c.want)
		}
	}
}
