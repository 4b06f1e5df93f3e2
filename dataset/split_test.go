package dataset

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestSplitValidation(t *testing.T) {
	m := numbered(50, Shape{H: 1, W: 2, C: 1})
	for _, tt := range []struct {
		fraction float64
		want     int
	}{{0.1, 5}, {0.58, 29}, {1e-9, 1}, {0.98, 49}} {
		train, validation, err := SplitValidation(m, tt.fraction, 7)
		if err != nil {
			t.Fatal(err)
		}
		if train.Len() != 50-tt.want || validation.Len() != tt.want {
			t.Errorf("fraction %g: %d and %d images, want %d for validation", tt.fraction, train.Len(), validation.Len(), tt.want)
		}
		if !slices.IsSorted(train.Labels) || !slices.IsSorted(validation.Labels) {
			t.Errorf("fraction %g: the order is not kept", tt.fraction)
		}
		all := slices.Concat(train.Labels, validation.Labels)
		if slices.Sort(all); !slices.Equal(all, m.Labels) {
			t.Errorf("fraction %g: the splits hold %v", tt.fraction, all)
		}
		if int(validation.At(0)[1]) != validation.Labels[0] {
			t.Errorf("fraction %g: labels and images are mixed up", tt.fraction)
		}
	}
	_, a, _ := SplitValidation(m, 0.2, 7)
	_, b, _ := SplitValidation(m, 0.2, 7)
	_, c, _ := SplitValidation(m, 0.2, 8)
	if !slices.Equal(a.Labels, b.Labels) || slices.Equal(a.Labels, c.Labels) {
		t.Errorf("seeds 7, 7, 8 choose %v, %v, %v", a.Labels, b.Labels, c.Labels)
	}
	_, held := holdOut(m)
	if _, v, _ := SplitValidation(m, 0.1, heldOutSeed); slices.Equal(held.Labels, v.Labels) {
		t.Error("validation and test images are chosen by the same numbers")
	}
}

// A class does not lose its last training image, unless that would leave nothing to hold out.
func TestSplitKeepsClasses(t *testing.T) {
	m := numbered(60, Shape{H: 1, W: 2, C: 1})
	for i := range m.Labels {
		m.Labels[i] = min(i, 20) // twenty classes of one image
	}
	train, test := holdOut(m)
	for label := range 21 {
		if !slices.Contains(train.Labels, label) {
			t.Errorf("no training image is of class %d", label)
		}
	}
	if n := test.Len(); n == 0 || n > 6 || train.Len()+n != 60 || !slices.IsSorted(train.Labels) {
		t.Errorf("%d images are held out of 60", n)
	}
	if left, held := holdOut(numbered(20, m.Shape)); left.Len() != 18 || held.Len() != 2 {
		t.Errorf("of 20 classes of one image %d are held out", held.Len())
	}
	d := Data{Train: numbered(2, m.Shape), Classes: []string{"a", "b", "c"}}
	if got := d.Untrained(); !slices.Equal(got, []string{"c"}) {
		t.Errorf("no training image is said to be of %q", got)
	}
}

func TestHoldOut(t *testing.T) {
	m := numbered(50, Shape{H: 1, W: 2, C: 1})
	train, validation, err := SplitValidation(m, 0.2, 7)
	if err != nil {
		t.Fatal(err)
	}
	v := *Validation(m, 0.2, 7)
	s := Selection{Images: m, Split: TrainSplit}
	rest, held, ok := s.HoldOut(v)
	if !ok || !slices.Equal(rest.Labels, train.Labels) || !slices.Equal(held.Labels, validation.Labels) {
		t.Fatalf("%v: holds out %v and leaves %v, want %v and %v", ok, held.Images, rest.Images, validation.Labels, train.Labels)
	}
	if want := fmt.Sprintf("train %d", held.Labels[0]); held.Name(0) != want {
		t.Errorf("the first one is called %s, want %s", held.Name(0), want)
	}
	for name, other := range map[string]Selection{
		"fewer images":   {Images: m.Select([]int{0, 1, 2})},
		"another order":  {Images: m.Select(append([]int{1, 0}, train.Labels...))},
		"no images":      {Images: &Images{Shape: m.Shape}},
		"without labels": {Images: &Images{Shape: m.Shape, Pixels: m.Pixels}},
	} {
		if rest, _, ok := other.HoldOut(v); ok || rest.Images != other.Images {
			t.Errorf("%s: some are held out", name)
		}
	}
	v.Fraction = math.NaN()
	if _, _, ok := s.HoldOut(v); ok {
		t.Error("no fraction holds out some")
	}
}

func TestSplitValidationErrors(t *testing.T) {
	for _, fraction := range []float64{-0.1, 0, 1, math.NaN()} {
		_, _, err := SplitValidation(numbered(9, Shape{H: 1, W: 1, C: 1}), fraction, 1)
		wantError(t, err, "between 0 and 1")
	}
	_, _, err := SplitValidation(numbered(1, Shape{H: 1, W: 1, C: 1}), 0.5, 1)
	wantError(t, err, "1 training image")
}

func TestOrder(t *testing.T) {
	a, b, c, d := make([]int, 100), make([]int, 100), make([]int, 100), make([]int, 100)
	Order(a, 1, 1)
	Order(b, 1, 1)
	Order(c, 1, 2)
	Order(d, 2, 1)
	if !slices.Equal(a, b) || slices.Equal(a, c) || slices.Equal(a, d) {
		t.Error("the order is not a function of seed and epoch")
	}
	slices.Sort(a)
	for i, v := range a {
		if v != i {
			t.Fatalf("%d is lost", i)
		}
	}
}

// TestSomeLabels: as many of each class as asked for, by the seed, and all others.
func TestSomeLabels(t *testing.T) {
	m := &Images{Shape: Shape{H: 1, W: 1, C: 1}, Pixels: make([]byte, 40), Labels: make([]int, 40)}
	for i := range m.Labels {
		m.Labels[i] = i * i % 2
	}
	classes := []string{"even", "odd"}
	some, others, err := SomeLabels(m, classes, 3, 1)
	if err != nil || len(some) != 6 || len(others) != 34 || !slices.IsSorted(some) || !slices.IsSorted(others) {
		t.Fatalf("%v %v, error %v", some, others, err)
	}
	counts := [2]int{}
	for _, i := range some {
		counts[m.Labels[i]]++
		if slices.Contains(others, i) {
			t.Errorf("image %d is on both sides", i)
		}
	}
	if counts != [2]int{3, 3} {
		t.Errorf("%v of the classes", counts)
	}
	if again, _, _ := SomeLabels(m, classes, 3, 2); slices.Equal(again, some) {
		t.Error("another seed chooses the same")
	}
	_, _, err = SomeLabels(m, append(classes, "none"), 3, 1)
	if few, ok := errors.AsType[*FewImagesError](err); !ok || few.Class != "none" || few.Found != 0 {
		t.Errorf("error %v", err)
	}
}
