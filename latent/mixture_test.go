package latent

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// two is a mixture of a long and a round component.
func two() *Mixture {
	return &Mixture{
		ModelID: "abc", Latent: 2, Weights: []float64{0.3, 0.7},
		Means:       [][]float64{{-4, 1}, {3, 0}},
		Covariances: [][][]float64{{{1, 0.9}, {0.9, 1}}, {{0.25, 0}, {0, 0.25}}},
	}
}

// space is one of some dimensions, to which two belongs.
func space(dims int) Space { return Space{Name: "model", ModelID: "abc", Dims: dims} }

// rows gathers points.
func rows(t *testing.T, points Points) (all [][]float32) {
	t.Helper()
	for z, err := range points {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, z)
	}
	return all
}

func TestMixturePoints(t *testing.T) {
	m := two()
	all := rows(t, m.Points(20_000, SampleOptions{Seed: 4}))
	part := rows(t, m.Points(3, SampleOptions{Seed: 4, First: 17}))
	if diff := cmp.Diff(all[17:20], part); diff != "" {
		t.Errorf("points 17 to 19 depend on how many are drawn:\n%s", diff)
	}
	var left, product float64
	for _, z := range all {
		if z[0] < 0 {
			left++
			product += float64(z[0]+4) * float64(z[1]-1)
		}
	}
	if share := left / 20_000; math.Abs(share-0.3) > 0.01 {
		t.Errorf("%.3f of the points are of the first component, want 0.3", share)
	}
	if covariance := product / left; math.Abs(covariance-0.9) > 0.05 {
		t.Errorf("its covariance is %.3f, want 0.9", covariance)
	}
	for _, z := range rows(t, m.Points(100, SampleOptions{Seed: 1, Temperature: 1e-6})) {
		if math.Abs(float64(z[0])+4) > 1e-4 && math.Abs(float64(z[0])-3) > 1e-4 {
			t.Errorf("a cold point %v is at no mean", z)
		}
	}
}

// TestFitMixture finds the mixture that points were drawn from, on any number of threads.
func TestFitMixture(t *testing.T) {
	want := two()
	heard := 0
	options := FitOptions{Most: 6, Seed: 1, Threads: 1, Fitted: func(MixtureScore) { heard++ }}
	got, err := FitMixture(t.Context(), space(2), want.Points(8000, SampleOptions{}), options)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Weights) != 2 || heard != len(got.Fits) || heard < 3 {
		t.Fatalf("%d components of the fits %v; want 2", len(got.Weights), got.Fits)
	}
	if got.Weights[0] > got.Weights[1] {
		slices.Reverse(got.Weights)
		slices.Reverse(got.Means)
		slices.Reverse(got.Covariances)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 0.05), cmpopts.IgnoreFields(Mixture{}, "Fits")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	options.Threads, options.Least, options.Most = 7, 3, 3
	many, err := FitMixture(t.Context(), space(2), want.Points(1000, SampleOptions{}), options)
	if err != nil {
		t.Fatal(err)
	}
	options.Threads = 1
	one, err := FitMixture(t.Context(), space(2), want.Points(1000, SampleOptions{}), options)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(one, many); diff != "" {
		t.Errorf("threads change a fit:\n%s", diff)
	}
}

// TestFitMixtureDegenerate gives points that lie on each other or on a line.
func TestFitMixtureDegenerate(t *testing.T) {
	for name, at := range map[string]func(i int) []float32{
		"one place":  func(int) []float32 { return []float32{3, 3} },
		"two places": func(i int) []float32 { return []float32{float32(i % 2), 0} },
		"a line":     func(i int) []float32 { return []float32{float32(i), float32(2 * i)} },
		"an outlier": func(i int) []float32 { return []float32{float32(i % 7), 1e20 * float32(i/29)} },
	} {
		points := func(yield func([]float32, error) bool) {
			for i := 0; i < 30 && yield(at(i), nil); i++ {
			}
		}
		m, err := FitMixture(t.Context(), space(2), points, FitOptions{Most: 5})
		if name == "an outlier" {
			if err == nil {
				t.Errorf("%s: no error", name) // beyond what a file may hold
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := m.Factors(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFitMixtureErrors(t *testing.T) {
	points := Of
	broken := errors.New("broken")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tt := range map[string]struct {
		ctx    context.Context
		points Points
		want   string
	}{
		"none":       {t.Context(), points(), "at least 2"},
		"too few":    {t.Context(), points([]float32{1}, []float32{2}), "2 latent points are too few for a mixture of 3 component(s) in 1 dimensions: want 12"},
		"NaN":        {t.Context(), points([]float32{1}, []float32{float32(math.NaN())}), "latent point 1 has the value NaN"},
		"ragged":     {t.Context(), points([]float32{1}, []float32{1, 2}), "latent point 1 has 2 values, want 1"},
		"another L":  {t.Context(), points([]float32{1, 2}, []float32{1, 2}), "a point has 2 latent dimensions"},
		"of a model": {t.Context(), func(yield func([]float32, error) bool) { yield(nil, broken) }, "broken"},
		"cancelled":  {cancelled, points(slices.Repeat([][]float32{{1}, {2}, {3}}, 4)...), "canceled"},
	} {
		if _, err := FitMixture(tt.ctx, space(1), tt.points, FitOptions{Least: 3}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, tt.want)
		}
	}
}

// asked is a context that is cancelled at the third time it is asked.
type asked struct {
	context.Context
	times int
}

func (a *asked) Err() error {
	if a.times++; a.times < 3 {
		return nil
	}
	return context.Canceled
}

// TestFitMixtureStops: a step over many points ends where it is when it is cancelled.
func TestFitMixtureStops(t *testing.T) {
	f := fit{threads: 1}
	if err := f.load(two().Points(100, SampleOptions{})); err != nil {
		t.Fatal(err)
	}
	ctx := &asked{Context: t.Context()}
	if _, err := f.expect(ctx, f.start(2, 0)); err != context.Canceled || ctx.times > 4 {
		t.Errorf("error %v after the context was asked %d times", err, ctx.times)
	}
}

func TestMixtureFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "codes.json")
	if err := two().WriteFile(path); err != nil {
		t.Fatal(err)
	}
	got, err := ReadMixture(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(two(), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ old, new, want string }{
		"no JSON":            {"{", "x", "not a mixture (invalid"},
		"no component":       {string(good), "{}", "0 weights"},
		"sum of weights":     {"0.3", "0.4", "the sum of the weights is 1.1, not 1"},
		"negative weight":    {"0.3", "-0.3", "a weight of -0.3"},
		"not definite":       {"0.25", "-0.25", "covariance 1 is not positive definite"},
		"not symmetric":      {"0.9,", "0.8,", "covariance 0 is not symmetric"},
		"another dimension":  {`"latent":2`, `"latent":3`, "covariance 0 has 2 rows, want 3"},
		"long mean":          {"-4,", "-4,5,", "component 0 has a row of 3 numbers, want 2"},
		"huge numbers":       {"-4,", "-4e200,", "component 0 has numbers beyond 1e+15"},
		"more than a number": {"-4,", "-4e999,", "not a mixture"},
		"huge dimension":     {`"latent":2`, `"latent":1000000000000`, "has 2 rows"},
	} {
		if err := os.WriteFile(path, []byte(strings.Replace(string(good), tt.old, tt.new, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadMixture(path); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("%s: error %v, want one with %q", name, err, tt.want)
		}
	}
	if _, err := ReadMixture(path + "x"); err == nil || !strings.Contains(err.Error(), "codes.jsonx: no such file") || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

func FuzzMixture(f *testing.F) {
	f.Add([]byte(`{"latent":1,"weights":[1],"means":[[0]],"covariances":[[[1]]]}`))
	f.Add([]byte(`{"latent":2,"weights":[0.5,0.5],"means":[[0,1],[2,3]],"covariances":[[[1,0.5],[0.5,1]],[[1,0],[0,2]]]}`))
	f.Add([]byte(`{"latent":1,"weights":[],"means":[[]],"covariances":[[[]]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseMixture(data)
		if err != nil {
			return
		}
		for z, err := range m.Points(3, SampleOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range z {
				if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
					t.Fatalf("the point %v of an accepted mixture", z)
				}
			}
		}
	})
}

// TestFitMixtureOfFew: where points are few, so are the components; else each would take some points for itself.
func TestFitMixtureOfFew(t *testing.T) {
	const dims = 20
	s := Space{Name: "model", Dims: dims}
	m, err := FitMixture(t.Context(), s, Prior(dims, 100, SampleOptions{}), FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Fits) != 2 || len(m.Weights) != 1 {
		t.Errorf("%d components, of the fits %v", len(m.Weights), m.Fits)
	}
	if _, err := FitMixture(t.Context(), s, Prior(dims, 100, SampleOptions{}), FitOptions{Least: math.MaxInt, Most: math.MaxInt}); !errors.As(err, new(*FewPointsError)) {
		t.Errorf("components without number: error %v", err)
	}
	few, ok := errors.AsType[*FewPointsError](func() error {
		_, err := FitMixture(t.Context(), s, Prior(dims, 41, SampleOptions{}), FitOptions{})
		return err
	}())
	if !ok || *few != (FewPointsError{41, 42, 1, dims}) {
		t.Errorf("error %v", few)
	}
}
