package latent

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// nearTwo is two with exemplars.
func nearTwo(spread float64) *Mixture {
	m := two()
	m.Exemplars = &Exemplars{Spread: spread, Codes: [][][]float32{{{-10, 0}, {-4, 20}}, {{3, 0.5}, {3, -0.5}, {2.5, 0}, {3.5, 0}}}}
	return m
}

// TestNearExemplars: points of a spread of 0 are exemplars, of 1 those of the mixture, and between the two they lie about
// what is left of an exemplar.
func TestNearExemplars(t *testing.T) {
	const n = 20_000
	for _, z := range rows(t, nearTwo(0).NearExemplars(100, SampleOptions{})) {
		if !slices.ContainsFunc(slices.Concat(nearTwo(0).Exemplars.Codes...), func(code []float32) bool { return slices.Equal(code, z) }) {
			t.Fatalf("%v is no exemplar", z)
		}
	}
	m := nearTwo(0.6)
	all := rows(t, m.NearExemplars(n, SampleOptions{Seed: 4}))
	if diff := cmp.Diff(all[17:20], rows(t, m.NearExemplars(3, SampleOptions{Seed: 4, First: 17}))); diff != "" {
		t.Errorf("points 17 to 19 depend on how many are drawn:\n%s", diff)
	}
	var left, low, product float64
	for _, z := range all {
		if z[0] >= 0 {
			continue
		}
		left++
		if z[1] < 8 { // (-10, 0) becomes (-8.8, 0.2)
			low++
			product += float64(z[0]+8.8) * float64(z[1]-0.2)
		}
	}
	if math.Abs(left/n-0.3) > 0.01 || math.Abs(low/left-0.5) > 0.03 {
		t.Errorf("%.3f of the points are of the first component, want 0.3, and %.3f of these near its first exemplar, want 0.5", left/n, low/left)
	}
	if got, want := product/low, 0.36*0.9; math.Abs(got-want) > 0.05 {
		t.Errorf("their covariance is %.3f, want %.3f", got, want)
	}
	for z, err := range m.Of(1).NearExemplars(10, SampleOptions{Temperature: 1e-6}) {
		if err != nil || z[0] < 2 {
			t.Errorf("a point of the second component at %v, error %v", z, err)
		}
	}
	if _, err := Collect(two().NearExemplars(1, SampleOptions{})); err == nil {
		t.Error("points near exemplars of a mixture without any")
	}
	if diff := cmp.Diff(rows(t, two().Points(5, SampleOptions{})), rows(t, m.Points(5, SampleOptions{}))); diff != "" {
		t.Errorf("exemplars change the points of the mixture:\n%s", diff)
	}
}

// TestExemplarsByClass: those of a class are drawn near about the one component of all, and with its label alone.
func TestExemplarsByClass(t *testing.T) {
	m := two().Of(1)
	m.Exemplars = &Exemplars{ByClass: true, Codes: [][][]float32{{{-9, 0}}, {{9, 0}, {9, 1}}, {{0, 7}}}}
	path := t.TempDir() + "/mixture.json"
	if err := m.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	m, err := ReadMixture(path)
	if err != nil {
		t.Fatal(err)
	}
	if !m.OfClasses() || m.Of(1).OfClasses() {
		t.Error("the mixture is one of classes, and what is drawn from for one class is none")
	}
	for _, z := range rows(t, m.Of(1).NearExemplars(20, SampleOptions{})) {
		if z[0] != 9 || z[1] != 0 && z[1] != 1 {
			t.Errorf("%v is no exemplar of class 1", z)
		}
	}
	if _, err := Collect(m.NearExemplars(1, SampleOptions{})); !errors.Is(err, ErrByClass) {
		t.Errorf("error %v for points of no class", err)
	}
	if diff := cmp.Diff(rows(t, two().Of(1).Points(5, SampleOptions{})), rows(t, m.Points(5, SampleOptions{}))); diff != "" {
		t.Errorf("exemplars change the points of the mixture:\n%s", diff)
	}
	for want, change := range map[string]func(*Mixture){
		"the mixture has 2 components, want 1": func(m *Mixture) { *m = *two(); m.Exemplars = &Exemplars{ByClass: true} },
		"exemplars of no class":                func(m *Mixture) { m.Exemplars.Codes = nil },
		"class 2 has no exemplars":             func(m *Mixture) { m.Exemplars.Codes[2] = nil },
	} {
		m, err := ReadMixture(path)
		if err != nil {
			t.Fatal(err)
		}
		change(m)
		if _, err := m.Factors(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestExemplarsFile(t *testing.T) {
	path := t.TempDir() + "/mixture.json"
	if err := nearTwo(0.6).WriteFile(path); err != nil {
		t.Fatal(err)
	}
	got, err := ReadMixture(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(nearTwo(0.6), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for want, change := range map[string]func(*Exemplars){
		"a spread of 2":                             func(e *Exemplars) { e.Spread = 2 },
		"of 1 components, and the mixture has 2":    func(e *Exemplars) { e.Codes = e.Codes[:1] },
		"component 1 has no exemplars":              func(e *Exemplars) { e.Codes[1] = nil },
		"an exemplar of 1 numbers, want 2":          func(e *Exemplars) { e.Codes[0][1] = []float32{1} },
		"has an exemplar with numbers beyond 1e+15": func(e *Exemplars) { e.Codes[0][1][0] = float32(math.NaN()) },
	} {
		m := nearTwo(0.6)
		change(m.Exemplars)
		if _, err := m.Factors(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
