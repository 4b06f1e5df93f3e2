package picture

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestShorten(t *testing.T) {
	for _, tt := range []struct {
		text string
		n    int
		want string
	}{
		{"", 5, ""}, {"12345", 5, "12345"}, {"123456", 5, "123…6"}, {"1234567", 6, "123…67"}, {"äöüßéè", 5, "äöü…è"},
	} {
		if got := shorten(tt.text, tt.n); got != tt.want {
			t.Errorf("%q in %d characters is %q, want %q", tt.text, tt.n, got, tt.want)
		}
	}
}

func TestDrawable(t *testing.T) {
	if got, want := drawable("0 é ж … 猫\n😀"), "0 é ж … ???"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNumbersDiffer(t *testing.T) {
	for _, tt := range []struct {
		values []float64
		want   string
	}{
		{[]float64{-3, 0, 1.0 / 3}, "-3 0 0.333"},
		{[]float64{0, 0, 1}, "0 0 1"},
		{[]float64{0.1, 0.100005, 0.10001}, "0.1 0.100005 0.10001"},
		{[]float64{1000, 1001}, "1000 1001"},
		{[]float64{0.1, 0.1 + 1e-15}, "0.1 0.1"},
	} {
		if got := strings.Join(numbers(tt.values), " "); got != tt.want {
			t.Errorf("%v is written %s, want %s", tt.values, got, tt.want)
		}
	}
}

// TestScatterWithLongNames wants most of the picture for the points.
func TestScatterWithLongNames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "long.png")
	s := ScatterPlot{X: []float64{0, 1, 2}, Y: []float64{0, 1, 0}, Labels: []int{0, 1, 2}, Classes: []string{strings.Repeat("W", 72), "b", "猫"}}
	if err := Scatter(path, s); err != nil {
		t.Fatal(err)
	}
	img := decode(t, path)
	left := img.Bounds().Dx()
	for y := range img.Bounds().Dy() {
		for x := range left {
			if r, g, b, _ := img.At(x, y).RGBA(); b > r+10000 && b > g { // of class 0, at the left
				left = x
			}
		}
	}
	if left > img.Bounds().Dx()/4 {
		t.Errorf("the first point lies at %d of %d pixels", left, img.Bounds().Dx())
	}
	var marks, legend []string
	for class := range 4 { // the last has no name
		marks, legend = append(marks, s.mark(class)), append(legend, s.legend(class))
	}
	if !slices.Equal(marks, []string{"0", "1", "2", "3"}) || !slices.Equal(legend[1:], []string{"1: b", "2: ?", "3"}) {
		t.Errorf("marks %q, legend %q", marks, legend)
	}
	s.Classes = []string{"cat", "dog", ""}
	if s.mark(0) != "cat" || s.legend(0) != "cat" || s.mark(2) != "2" {
		t.Errorf("short names: marks %q and %q, legend %q", s.mark(0), s.mark(2), s.legend(0))
	}
}

func TestRowText(t *testing.T) {
	for name, want := range map[string]string{"Müller 0": "Müller 0", "猫 cat": "3 ? cat"} {
		if got := rowText(3, name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
