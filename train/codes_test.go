package train

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"govae/contract"
	"govae/internal/kernel/kerneltest"
	"govae/latent"
	"govae/models"
)

// TestPrior: the prior has the moments of the codes, by another library.
func TestPrior(t *testing.T) {
	d := smallData()
	images := d.Train
	for _, dims := range []int{contract.LeastPrior - 1, contract.LeastPrior} {
		dir := t.TempDir()
		m := smallModel(t, models.Config{Arch: "mlp", Image: images.Shape, Hidden: []int{5}, Latent: dims})
		if _, err := Run(t.Context(), m, d, Options{Dir: dir, Epochs: 1}); err != nil {
			t.Fatal(err)
		}
		prior, err := latent.ReadMixture(filepath.Join(dir, models.PriorFile))
		if dims < contract.LeastPrior {
			if err == nil || m.Prior != nil {
				t.Errorf("%d dimensions have a prior", dims)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(prior, m.Prior); diff != "" {
			t.Error(diff)
		}
		loaded, err := models.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(prior, loaded.Prior); diff != "" {
			t.Error(diff)
		}
		x, index := make([]float32, images.Len()*images.Shape.Len()), make([]int, images.Len())
		for i := range index {
			index[i] = i
		}
		images.Floats(x, index)
		mean, logVar := m.NewEvaluator(kerneltest.New(t, 1), images.Len()).Encode(x)
		codes := mat.NewDense(images.Len(), dims, nil)
		for i, v := range mean {
			codes.Set(i/dims, i%dims, float64(v))
		}
		var want mat.SymDense
		stat.CovarianceMatrix(&want, codes, nil)
		want.ScaleSym(1-1/float64(images.Len()), &want) // the mean over n, not n - 1
		for i, v := range logVar {
			k := i % dims
			want.SetSym(k, k, want.At(k, k)+math.Exp(float64(v))/float64(images.Len()))
		}
		for i := range dims {
			for j := range dims {
				if got := prior.Covariances[0][i][j]; math.Abs(got-want.At(i, j)) > 1e-5 {
					t.Errorf("covariance %d, %d is %g, want %g", i, j, got, want.At(i, j))
				}
			}
			if got, want := prior.Means[0][i], stat.Mean(mat.Col(nil, i, codes), nil); math.Abs(got-want) > 1e-6 {
				t.Errorf("mean %d is %g, want %g", i, got, want)
			}
		}
		known := make(map[string]bool)
		for i, code := range slices.Collect(slices.Chunk(mean, dims)) {
			z := make([]float32, dims)
			latent.Noise(z, 0, i, 0)
			latent.Code{Mean: code, LogVar: logVar[i*dims : (i+1)*dims]}.Draw(z)
			known[fmt.Sprint(z)] = true
		}
		if prior.Exemplars == nil || prior.Exemplars.Len() != min(images.Len(), mostExemplars) {
			t.Fatalf("exemplars %+v", prior.Exemplars)
		}
		for _, code := range prior.Exemplars.Codes[0] {
			if !known[fmt.Sprint(code)] {
				t.Errorf("%v is drawn from the posterior of no training image, or twice", code)
			}
			delete(known, fmt.Sprint(code))
		}
		if prior.ModelID != m.ID() {
			t.Errorf("model id %s, want %s", prior.ModelID, m.ID())
		}
	}
}

// runOfClasses is a run of a conditional model with l latent dimensions, of which label tells the class of each image.
func runOfClasses(t *testing.T, classes, l int, label func(i int) int) *run {
	t.Helper()
	d := smallData()
	d.Train.Labels, d.Test.Labels = make([]int, d.Train.Len()), make([]int, d.Test.Len())
	for i := range d.Train.Labels {
		d.Train.Labels[i] = label(i)
	}
	for i := range classes {
		d.Classes = append(d.Classes, strconv.Itoa(i))
	}
	m := smallModel(t, models.Config{Arch: "mlp", Image: d.Train.Shape, Hidden: []int{5}, Latent: l, Labels: d.Classes, Conditional: true})
	r, err := newRun(m, d, Options{Epochs: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.close)
	return r
}

// TestPriorByClass: each class has a prior between that of its own codes and that of all, and one without
// images that of all.
func TestPriorByClass(t *testing.T) {
	const l = contract.LeastPrior
	r := runOfClasses(t, 3, l, func(i int) int { return i % 3 % 2 }) // twice as many of class 0, none of the last
	images := r.train
	c, err := r.codes(t.Context(), r.train)
	if err != nil {
		t.Fatal(err)
	}
	all, err := r.moments(t.Context(), images, l, nil)
	if err != nil {
		t.Fatal(err)
	}
	shrinking, ok := newShrinking(all)
	if !ok {
		t.Fatal("the covariance of all is degenerate")
	}
	if !c.prior.ByClass || len(c.prior.Means) != 3 {
		t.Fatalf("a prior by class: %v, of %d", c.prior.ByClass, len(c.prior.Means))
	}
	for class := range 3 {
		var index []int
		for i, label := range images.Labels {
			if label == class {
				index = append(index, i)
			}
		}
		of := all
		if index != nil {
			own, err := r.moments(t.Context(), images.Select(index), l, nil)
			if err != nil {
				t.Fatal(err)
			}
			of = shrinking.of(own, float64(len(index)))
		}
		if !floats.EqualApprox(c.prior.Means[class], of.mean, 1e-9) {
			t.Errorf("class %d: mean %v, want %v", class, c.prior.Means[class], of.mean)
		}
		for i := range l {
			for j := range i {
				if got, want := c.prior.Covariances[class][i][j], of.covariance.At(i, j); math.Abs(got-want) > 1e-9 {
					t.Errorf("class %d: covariance %d, %d is %g, want %g", class, i, j, got, want)
				}
			}
		}
	}
	for class, codes := range c.prior.Exemplars.Codes {
		want := min(images.Len(), mostExemplars/3) // of all, where a class has none
		if n := count(images.Labels, class); n > 0 {
			want = min(n, want)
		}
		if len(codes) != want {
			t.Errorf("class %d has %d exemplars, want %d", class, len(codes), want)
		}
	}
	if z, _, err := r.sampled(c.prior); err != nil || len(z) != 3*sampleRow*l {
		t.Errorf("%d values of samples, error %v", len(z), err)
	}
}

// TestExemplarsOfManyClasses: where a covariance for each class would be too much, each has exemplars all the same,
// until these would be too many, too.
func TestExemplarsOfManyClasses(t *testing.T) {
	const l = contract.MostPrior
	for classes, byClass := range map[int]bool{mostByClass/(l*l) + 1: true, mostListed/leastExemplars + 1: false} {
		r := runOfClasses(t, classes, l, func(i int) int { return i % classes })
		c, err := r.codes(t.Context(), r.train)
		if err != nil {
			t.Fatal(err)
		}
		e := c.prior.Exemplars
		if len(c.prior.Means) != 1 || e.ByClass != byClass || c.prior.OfClasses() != byClass {
			t.Fatalf("%d classes: %d components, exemplars by class %v", classes, len(c.prior.Means), e.ByClass)
		}
		for class, codes := range e.Codes {
			if want := count(r.train.Labels, class); byClass && len(codes) != want {
				t.Errorf("class %d has %d exemplars, want %d", class, len(codes), want)
			}
		}
		if z, _, err := r.sampled(c.prior); err != nil || len(z) != min(classes, mostRows)*sampleRow*l {
			t.Errorf("%d values of samples, error %v", len(z), err)
		}
	}
}

func count(labels []int, class int) (n int) {
	for _, label := range labels {
		if label == class {
			n++
		}
	}
	return n
}

// TestShrinking: very many codes keep their moments, hardly one gets those of all, and some keep more of the
// dimensions that leave less to chance.
func TestShrinking(t *testing.T) {
	const l = 4
	all := &moments{mean: []float64{1, 2, 3, 4}, variance: []float64{0.4, 0.1, 0.3, 0.2}, covariance: mat.NewSymDense(l, []float64{
		2, 0.5, 0, 0.1,
		0.5, 1, 0.2, 0,
		0, 0.2, 3, 0.3,
		0.1, 0, 0.3, 1,
	})}
	own := &moments{mean: []float64{2, 1, 0, 4}, covariance: mat.NewSymDense(l, []float64{
		1, 0.2, 0.1, 0,
		0.2, 0.5, 0, 0.3,
		0.1, 0, 1, 0,
		0, 0.3, 0, 2,
	})}
	shrinking, ok := newShrinking(all)
	if !ok {
		t.Fatal("the covariance is taken for a degenerate one")
	}
	near := func(name string, got, want *moments) {
		if !floats.EqualApprox(got.mean, want.mean, 1e-4) || !mat.EqualApprox(got.covariance, want.covariance, 1e-4) {
			t.Errorf("%s: mean %v, covariance\n%v\nwant %v and\n%v", name, got.mean, mat.Formatted(got.covariance), want.mean, mat.Formatted(want.covariance))
		}
	}
	near("many codes", shrinking.of(own, 1e9), own)
	near("few codes", shrinking.of(own, 1e-9), all)

	// In dimensions that are independent the shares are seen.
	all.covariance = mat.NewSymDense(l, []float64{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1})
	shrinking, _ = newShrinking(all)
	const n = 6
	rank := []float64{4, 1, 3, 2} // by the variances
	want := &moments{mean: make([]float64, l), covariance: mat.NewSymDense(l, nil)}
	for i := range l {
		share := func(j int) float64 { return n / (n + max(rank[i], rank[j])) }
		want.mean[i] = all.mean[i] + share(i)*(own.mean[i]-all.mean[i])
		for j := range i {
			want.covariance.SetSym(i, j, share(j)*own.covariance.At(i, j))
		}
		want.covariance.SetSym(i, i, share(i)*own.covariance.At(i, i)+1-share(i))
	}
	near("some codes", shrinking.of(own, n), want)

	if _, ok := newShrinking(&moments{mean: all.mean, variance: all.variance, covariance: mat.NewSymDense(l, []float64{-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1})}); ok {
		t.Error("a covariance that is none is taken")
	}
}
