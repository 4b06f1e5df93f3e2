package kernel

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// latentCase is one element of a posterior with what its functions are to return.
type latentCase struct{ mean, logVar, eps, dz float32 }

// z returns z, its larger term, the divergence and the largest term of that.
func (c latentCase) z() (z, largest, kl, largestKL float64) {
	mu, lv, noise := float64(c.mean), float64(c.logVar), math.Exp(float64(c.logVar)/2)*float64(c.eps)
	square, variance := mu*mu, math.Expm1(lv)
	return mu + noise, max(math.Abs(mu), math.Abs(noise)), (variance - lv + square) / 2, max(math.Abs(variance), math.Abs(lv), square)
}

// gradient returns dmean and dlogVar, each with its larger term.
func (c latentCase) gradient(scale float64) (dmean, largestMean, dlogVar, largestLogVar float64) {
	mu, dz, pull := float64(c.mean), float64(c.dz), scale*math.Expm1(float64(c.logVar))/2
	noise := dz * math.Exp(float64(c.logVar)/2) * float64(c.eps) / 2
	return dz + scale*mu, max(math.Abs(dz), math.Abs(scale*mu)), noise + pull, max(math.Abs(noise), math.Abs(pull))
}

// latentCases are random ones and those at the ends of all ranges, among them the
// limits that the VAE clips logVar to.
func latentCases() []latentCase {
	var cases []latentCase
	for _, mean := range []float32{0, 1e-45, -1e-40, 3, -1e15} {
		for _, logVar := range []float32{0, 1e-45, 1e-20, -1e-7, 1e-3, 0.34, -0.35, 0.7, -30, 20, -80, 80} {
			for _, eps := range []float32{0, 1e-40, 1.5, -8.5} {
				cases = append(cases, latentCase{mean, logVar, eps, 0}, latentCase{mean, logVar, eps, -1e-3})
			}
		}
	}
	x := normal(1, 4000)
	for i := 0; i < len(x); i += 4 {
		cases = append(cases, latentCase{x[i], 5 * x[i+1], x[i+2], x[i+3]})
	}
	return cases
}

func TestSample(t *testing.T) { eachKernel(t, testSample) }

func testSample(t *testing.T) {
	k := newKernel(t, 2)
	n := 16 // vectors of nothing (mean 0, logVar 0) but one element
	for i, c := range latentCases() {
		mean, logVar, eps, z := make([]float32, n), make([]float32, n), make([]float32, n), rubbish(n)
		at := i % n
		mean[at], logVar[at], eps[at] = c.mean, c.logVar, c.eps
		kl := sample(k, z, mean, logVar, eps)
		wantZ, largest, wantKL, largestKL := c.z()
		checkTerms(t, fmt.Sprintf("%+v: z", c), z[at], wantZ, largest)
		if d := math.Abs(kl - wantKL); !(d <= 4*0x1p-52*largestKL) {
			t.Errorf("%+v: kl = %v, want %v", c, kl, wantKL)
		}
	}
}

// checkTerms fails unless got is want, a sum, to 1 ulp of its largest term.
func checkTerms(t *testing.T, name string, got float32, want, largest float64) {
	t.Helper()
	ulp := float64(math.Nextafter32(float32(largest), math.MaxFloat32) - float32(largest))
	if d := math.Abs(float64(got) - want); !(d <= ulp) {
		t.Errorf("%s = %v, want %v (ulp %g)", name, got, want, ulp)
	}
}

func TestSampleGradient(t *testing.T) { eachKernel(t, testSampleGradient) }

func testSampleGradient(t *testing.T) {
	k := newKernel(t, 2)
	cases := latentCases()
	for _, scale := range []float64{0, 1. / 128, 3} {
		_, mean, logVar, eps, dz := columns(cases)
		dmean, dlogVar := rubbish(len(cases)), rubbish(len(cases))
		sampleGradient(k, dmean, dlogVar, dz, mean, logVar, eps, scale)
		for i, c := range cases {
			wantMean, largestMean, wantLogVar, largestLogVar := c.gradient(scale)
			checkTerms(t, fmt.Sprintf("%+v, scale %v: dmean", c, scale), dmean[i], wantMean, largestMean)
			checkTerms(t, fmt.Sprintf("%+v, scale %v: dlogVar", c, scale), dlogVar[i], wantLogVar, largestLogVar)
		}
	}
}

// columns returns the parts of all cases, and room for z.
func columns(cases []latentCase) (z, mean, logVar, eps, dz []float32) {
	for _, c := range cases {
		mean, logVar, eps, dz = append(mean, c.mean), append(logVar, c.logVar), append(eps, c.eps), append(dz, c.dz)
	}
	return rubbish(len(cases)), mean, logVar, eps, dz
}

func TestSampleLengths(t *testing.T) { eachKernel(t, testSampleLengths) }

// The sum is that of all elements, and none behind them is touched.
func testSampleLengths(t *testing.T) {
	k := newKernel(t, 2)
	cases := latentCases()
	cases = cases[len(cases)-50:]
	for n := range len(cases) {
		z, mean, logVar, eps, dz := columns(cases)
		dmean, dlogVar := rubbish(len(cases)), rubbish(len(cases))
		kl := sample(k, z[:n], mean[:n], logVar[:n], eps[:n])
		sampleGradient(k, dmean[:n], dlogVar[:n], dz[:n], mean[:n], logVar[:n], eps[:n], 1)
		var want, magnitude float64
		for _, c := range cases[:n] {
			_, _, kl, largest := c.z()
			want, magnitude = want+kl, magnitude+largest
		}
		if d := math.Abs(kl - want); d > 1e-14*magnitude {
			t.Errorf("%d elements: kl = %v, want %v", n, kl, want)
		}
		for _, result := range [][]float32{z, dmean, dlogVar} {
			if nan := slices.IndexFunc(result, func(v float32) bool { return v != v }); nan != n {
				t.Errorf("%d elements: %d were written", n, nan)
			}
		}
	}
}

func TestSamplePassesNaNAndInf(t *testing.T) { eachKernel(t, testSamplePassesNaNAndInf) }

func testSamplePassesNaNAndInf(t *testing.T) {
	k := newKernel(t, 1)
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []latentCase{{nan, 0, 1, 0}, {0, nan, 1, 0}, {inf, 0, 1, 0}, {-inf, 0, 1, 0}} {
		for n := 1; n <= 16; n += 15 {
			z, mean, logVar, eps, dz := columns(slices.Repeat([]latentCase{c}, n))
			kl := sample(k, z, mean, logVar, eps)
			wantZ, _, wantKL, _ := c.z()
			if float32(wantZ) != z[0] && wantZ == wantZ || wantKL != kl && wantKL == wantKL || wantKL != wantKL && kl == kl {
				t.Errorf("%+v, %d elements: z = %v, kl = %v, want %v, %v", c, n, z[0], kl, wantZ, wantKL)
			}
			sampleGradient(k, mean, logVar, dz, mean, logVar, eps, 1) // in place
			if c.logVar != c.logVar && logVar[0] == logVar[0] || c.mean != mean[0] && c.mean == c.mean {
				t.Errorf("%+v, %d elements: dmean = %v, dlogVar = %v", c, n, mean[0], logVar[0])
			}
		}
	}
}

func TestSampleKL(t *testing.T) { eachKernel(t, testSampleKL) }

// The divergences are those of the dimensions, the sample is that of Sample.
func testSampleKL(t *testing.T) {
	k := newKernel(t, 2)
	cases := latentCases()
	for _, dims := range []int{1, 2, 3, 7, 16, 33} {
		n := len(cases) / dims * dims
		z, mean, logVar, eps, _ := columns(cases[:n])
		want, magnitude := make([]float64, dims), make([]float64, dims)
		for i, c := range cases[:n] {
			_, _, kl, largest := c.z()
			want[i%dims] += kl
			magnitude[i%dims] += largest
		}
		kl := make([]float64, dims)
		k.Sample(z, kl, mean, logVar, eps)
		for j, got := range kl {
			if d := math.Abs(got - want[j]); !(d <= 1e-14*magnitude[j]) {
				t.Errorf("%d dimensions: kl[%d] = %v, want %v", dims, j, got, want[j])
			}
		}
		same := rubbish(n)
		sample(k, same, mean, logVar, eps)
		if !slices.Equal(z, same) {
			t.Errorf("%d dimensions: z is not that of Sample", dims)
		}
	}
}

func TestSampleKLGradient(t *testing.T) { eachKernel(t, testSampleKLGradient) }

// A scale changes its own dimension and no bit of another.
func testSampleKLGradient(t *testing.T) {
	k := newKernel(t, 2)
	cases := latentCases()
	for _, dims := range []int{1, 3, 7, 16} {
		n := len(cases) / dims * dims
		_, mean, logVar, eps, dz := columns(cases[:n])
		scale := make([]float64, dims)
		for j := range scale {
			scale[j] = []float64{1. / 128, 0, 3}[j%3]
		}
		dmean, dlogVar := rubbish(n), rubbish(n)
		k.SampleGradient(dmean, dlogVar, dz, mean, logVar, eps, scale)
		for j, s := range scale {
			wantMean, wantLogVar := rubbish(n), rubbish(n)
			sampleGradient(k, wantMean, wantLogVar, dz, mean, logVar, eps, s)
			for i := j; i < n; i += dims {
				if dmean[i] != wantMean[i] || dlogVar[i] != wantLogVar[i] {
					t.Fatalf("%d dimensions, scale %v: gradient %v, %v, want %v, %v", dims, s, dmean[i], dlogVar[i], wantMean[i], wantLogVar[i])
				}
			}
		}
	}
}

// sample is [Kernel.Sample] for the divergence of all dimensions together.
func sample(k *Kernel, z, mean, logVar, eps []float32) float64 {
	kl := [1]float64{}
	k.Sample(z, kl[:], mean, logVar, eps)
	return kl[0]
}

// sampleGradient is [Kernel.SampleGradient] with the same scale for all dimensions.
func sampleGradient(k *Kernel, dmean, dlogVar, dz, mean, logVar, eps []float32, scale float64) {
	k.SampleGradient(dmean, dlogVar, dz, mean, logVar, eps, []float64{scale})
}
