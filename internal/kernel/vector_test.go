package kernel

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"
)

func TestBiasGradient(t *testing.T) { eachKernel(t, testBiasGradient) }

func testBiasGradient(t *testing.T) {
	k := newKernel(t, 2)
	for _, s := range []struct{ rows, cols int }{{0, 3}, {1, 1}, {5, 7}, {1000, 1}, {777, 32}, {33, 300}} {
		for _, relu := range []bool{false, true} {
			y, dy := normal(1, s.rows*s.cols), normal(2, s.rows*s.cols)
			wantDy, sums := slices.Clone(dy), make([]float64, s.cols)
			for i := range dy {
				if relu && y[i] <= 0 {
					wantDy[i] = 0
				}
				sums[i%s.cols] += float64(wantDy[i])
			}
			db := rubbish(s.cols)
			k.BiasGradient(s.rows, db, dy, y, s.cols, relu)
			checkClose(t, fmt.Sprintf("%+v relu=%v dy", s, relu), dy, wantDy, 0)
			checkClose(t, fmt.Sprintf("%+v relu=%v db", s, relu), db, narrow(sums), 2e-6)
		}
	}
}

func TestBiasGradientThreads(t *testing.T) { eachKernel(t, testBiasGradientThreads) }

func testBiasGradientThreads(t *testing.T) {
	checkThreads(t, func(k *Kernel) []float32 {
		db := rubbish(33)
		k.BiasGradient(1000, db, normal(1, 33*1000), nil, 33, false)
		return db
	})
}

func TestBernoulli(t *testing.T) { eachKernel(t, testBernoulli) }

func testBernoulli(t *testing.T) {
	k := newKernel(t, 2)
	for _, pixels := range []int{1, 15, 784} {
		const images = 3
		logits, x := normal(1, images*pixels), normal(2, images*pixels)
		for i := range x {
			logits[i] *= 20
			x[i] = float32(math.Abs(math.Mod(float64(x[i]), 1)))
		}
		want, grad := make([]float64, images), make([]float32, len(x))
		for i, l := range logits {
			l := float64(l)
			want[i/pixels] += math.Max(l, 0) + math.Log1p(math.Exp(-math.Abs(l))) - float64(x[i])*l
			grad[i] = float32(0.5 * (1/(1+math.Exp(-l)) - float64(x[i])))
		}
		for _, dlogits := range [][]float32{nil, rubbish(len(x))} {
			got := make([]float64, images)
			k.Bernoulli(got, dlogits, logits, x, 0.5)
			for i := range want {
				if math.Abs(got[i]-want[i]) > 1e-6*want[i] {
					t.Errorf("%d pixels: loss[%d] = %v, want %v", pixels, i, got[i], want[i])
				}
			}
			if dlogits != nil {
				checkClose(t, "dlogits", dlogits, grad, 1e-6)
			}
		}
	}
}

func TestBernoulliExtremeLogits(t *testing.T) { eachKernel(t, testBernoulliExtremeLogits) }

func testBernoulliExtremeLogits(t *testing.T) {
	k := newKernel(t, 1)
	logits := []float32{200, -200, 1e30, -1e30, 200, -200}
	x := []float32{1, 0, 1, 0, 0, 1}
	want := []float64{0, 0, 0, 0, 200, 200}
	grad := []float32{0, 0, 0, 0, 1, -1}
	for i := range logits {
		loss, d := make([]float64, 1), make([]float32, 1)
		k.Bernoulli(loss, d, logits[i:i+1], x[i:i+1], 1)
		if math.Abs(loss[0]-want[i]) > 1e-30 || math.Abs(float64(d[0]-grad[i])) > 1e-30 {
			t.Errorf("logit %v, x %v: loss %v, gradient %v, want %v, %v", logits[i], x[i], loss[0], d[0], want[i], grad[i])
		}
	}
}

func TestGaussian(t *testing.T) { eachKernel(t, testGaussian) }

func testGaussian(t *testing.T) {
	k := newKernel(t, 2)
	for _, pixels := range []int{1, 15, 784} {
		const images = 3
		logits, x := normal(1, images*pixels), normal(2, images*pixels)
		for i := range x {
			logits[i] *= 10
			x[i] = float32(math.Abs(math.Mod(float64(x[i]), 1)))
		}
		copy(logits, []float32{200})
		want := make([]float64, images)
		for i, l := range logits {
			d := 1/(1+math.Exp(-float64(l))) - float64(x[i])
			want[i/pixels] += d * d
		}
		for _, dlogits := range [][]float32{nil, rubbish(len(x))} {
			got := make([]float64, images)
			k.Gaussian(got, dlogits, logits, x, 0.5)
			for i := range want {
				if math.Abs(got[i]-want[i]) > 1e-6*want[i] {
					t.Errorf("%d pixels: squares[%d] = %v, want %v", pixels, i, got[i], want[i])
				}
			}
			for i := range dlogits {
				l := float64(logits[i])
				p, rest := 1/(1+math.Exp(-l)), 1/(1+math.Exp(l))
				want := 0.5 * (p - float64(x[i])) * p * rest
				// p is right to 2 ulp, which counts where it is close to x.
				if d := math.Abs(float64(dlogits[i]) - want); !(d <= 1e-6*math.Abs(want)+2e-7*p*rest+1e-45) {
					t.Errorf("dlogits of %v, %v is %v, want %v", l, x[i], dlogits[i], want)
				}
			}
		}
	}
}

func TestElementwise(t *testing.T) { eachKernel(t, testElementwise) }

func testElementwise(t *testing.T) {
	k := newKernel(t, 2)
	x := append(normal(1, 40001), edges...)
	for i := range x {
		x[i] *= 20
	}
	x = append(x, edges...)
	for _, f := range []struct {
		name string
		f    func(dst, x []float32)
		want func(float64) float64
		ulps int64
	}{
		{"Exp", k.Exp, math.Exp, 2},
		{"Sigmoid", k.Sigmoid, func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }, 2},
		{"Tanh", k.Tanh, math.Tanh, 2},
	} {
		dst := rubbish(len(x))
		f.f(dst, x)
		for i, v := range x {
			checkUlps(t, fmt.Sprintf("%s(%v)", f.name, v), dst[i], f.want(float64(v)), f.ulps)
		}
		checkLengths(t, f.name, func(n int) []float32 {
			inPlace := append(slices.Clone(x[:n]), rubbish(1)...)
			f.f(inPlace[:n], inPlace[:n])
			return inPlace
		})
	}
}

func TestTanhGradient(t *testing.T) { eachKernel(t, testTanhGradient) }

func testTanhGradient(t *testing.T) {
	k := newKernel(t, 2)
	const n = 40001
	y, dy := normal(1, n), normal(2, n)
	for i := range y {
		y[i] = float32(math.Tanh(float64(y[i])))
		dy[i] *= 100
	}
	copy(y, []float32{1, -1, 0, float32(math.NaN()), 1 - 1<<24, 1e-45})
	copy(y[100:], edges)
	copy(dy[100+len(edges):], edges)
	got := slices.Clone(dy)
	k.TanhGradient(got, y)
	for i, v := range y {
		want := float64(dy[i]) * (1 - float64(v)*float64(v))
		checkUlps(t, fmt.Sprintf("dy %v, y %v", dy[i], v), got[i], want, 2)
	}
	checkLengths(t, "TanhGradient", func(n int) []float32 {
		got := append(slices.Clone(dy[:n]), rubbish(1)...)
		k.TanhGradient(got[:n], y[:n])
		return got
	})
}

func TestSiLU(t *testing.T) { eachKernel(t, testSiLU) }

func testSiLU(t *testing.T) {
	k := newKernel(t, 2)
	x := append(normal(1, 40001), edges...)
	got := rubbish(len(x))
	k.SiLU(got, x)
	for i, v := range x {
		want := float64(v) / (1 + math.Exp(-float64(v)))
		if math.Abs(want) < 0x1p-120 { // the sigmoid has few digits where it is subnormal
			if d := math.Abs(float64(got[i]) - want); !(d <= 0x1p-140) {
				t.Errorf("SiLU(%v) = %v, want %v", v, got[i], want)
			}
			continue
		}
		checkUlps(t, fmt.Sprintf("SiLU(%v)", v), got[i], want, 3)
	}
	checkLengths(t, "SiLU", func(n int) []float32 {
		inPlace := append(slices.Clone(x[:n]), rubbish(1)...)
		k.SiLU(inPlace[:n], inPlace[:n])
		return inPlace
	})
}

func TestSiLUGradient(t *testing.T) { eachKernel(t, testSiLUGradient) }

func testSiLUGradient(t *testing.T) {
	k := newKernel(t, 2)
	x, dy := normal(1, 40001), normal(2, 40001)
	for i := range x {
		x[i] *= 10
	}
	got := slices.Clone(dy)
	k.SiLUGradient(got, x)
	for i, v := range x {
		v := float64(v)
		s := 1 / (1 + math.Exp(-v))
		want := float64(dy[i]) * s * (1 + v*(1-s))
		// The factor has a zero, near which an error of its terms stands out.
		if d := math.Abs(float64(got[i]) - want); !(d <= 1e-6*math.Abs(float64(dy[i])*s)*(1+math.Abs(v))) {
			t.Fatalf("gradient %v at %v is %v, want %v", dy[i], v, got[i], want)
		}
	}
	checkLengths(t, "SiLUGradient", func(n int) []float32 {
		got := append(slices.Clone(dy[:n]), rubbish(1)...)
		k.SiLUGradient(got[:n], x[:n])
		return got
	})
}

// edges are numbers at which a function may behave in its own way.
var edges = func() []float32 {
	inf := float32(math.Inf(1))
	e := []float32{0, 1e-45, 1e-40, 0x1p-126, 1e-20, 1e-7, 0.17, 0.173, 0.3466, 0.5, 1, 9, 20, 30, 87, 88.7, 88.8, 103, 104, 1000, math.MaxFloat32, inf}
	for _, v := range e {
		e = append(e, -v)
	}
	return append(e, float32(math.Copysign(0, -1)), float32(math.NaN()))
}()

// checkUlps fails unless got is want to some ulp, or both are NaN.
func checkUlps(t *testing.T, name string, got float32, want float64, limit int64) {
	t.Helper()
	if math.IsNaN(want) != math.IsNaN(float64(got)) {
		t.Fatalf("%s = %v, want %v", name, got, want)
	}
	if d := ulps(got, float32(want)); d > limit {
		t.Fatalf("%s = %v, want %v (%d ulp, limit %d)", name, got, want, d, limit)
	}
}

// checkLengths fails unless f(n) begins with what f makes of more elements, and ends
// with the NaN after them, for all lengths up to three vectors and one more.
func checkLengths(t *testing.T, name string, f func(n int) []float32) {
	t.Helper()
	longest := 3*16 + 1
	want := f(longest)
	for n := range longest {
		got := f(n)
		for i, v := range got[:n] {
			if math.Float32bits(v) != math.Float32bits(want[i]) {
				t.Fatalf("%s: element %d of %d is %v, of %d it is %v", name, i, n, v, longest, want[i])
			}
		}
		if v := got[n]; v == v {
			t.Fatalf("%s wrote %v behind its %d elements", name, v, n)
		}
	}
}

// ulps is the number of float32 values between a and b.
func ulps(a, b float32) int64 {
	order := func(v float32) int64 {
		bits := int64(int32(math.Float32bits(v)))
		if bits < 0 {
			bits = math.MinInt32 - bits
		}
		return bits
	}
	if a != a && b != b {
		return 0
	}
	d := order(a) - order(b)
	return max(d, -d)
}

func TestAdam(t *testing.T) { eachKernel(t, testAdam) }

func testAdam(t *testing.T) {
	k := newKernel(t, 2)
	const n, lr, beta1, beta2, eps = 20003, 1e-3, 0.9, 0.999, 1e-8
	theta, average, m, v := normal(1, n), make([]float32, n), make([]float32, n), make([]float32, n)
	want, wantAverage, wantM, wantV := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range theta {
		want[i] = float64(theta[i])
	}
	for step := 1; step <= 5; step++ {
		g := normal(uint64(step), n)
		g[7] = 0
		share := 1 / float32(step)
		k.Adam(theta, average, m, v, g, lr, beta1, beta2, eps, share, step)
		for i, g := range g {
			g := float64(g)
			wantM[i] = beta1*wantM[i] + (1-beta1)*g
			wantV[i] = beta2*wantV[i] + (1-beta2)*g*g
			mHat := wantM[i] / (1 - math.Pow(beta1, float64(step)))
			vHat := wantV[i] / (1 - math.Pow(beta2, float64(step)))
			want[i] -= lr * mHat / (math.Sqrt(vHat) + eps)
			wantAverage[i] += (want[i] - wantAverage[i]) / float64(step)
		}
	}
	checkClose(t, "m", m, narrow(wantM), 1e-6)
	checkClose(t, "v", v, narrow(wantV), 1e-6)
	checkClose(t, "theta", theta, narrow(want), 1e-6)
	checkClose(t, "average", average, narrow(wantAverage), 1e-6)
}

// Arithmetic with subnormal numbers takes a processor of Intel a hundred times as long, and what a gradient
// has left becomes one where it stays 0. So assembly takes them for 0, and only its own.
func TestFadedMoments(t *testing.T) { eachKernel(t, testFadedMoments) }

func testFadedMoments(t *testing.T) {
	k := newKernel(t, 1)
	if runtime.GOARCH != "amd64" || k.isa.adam == nil {
		t.Skip("this kernel computes with subnormal numbers as with all others")
	}
	const n, tiny = 64, 100 * math.SmallestNonzeroFloat32
	faded := func() []float32 { return slices.Repeat([]float32{tiny}, n) }
	m, v, momentum, weights := faded(), faded(), faded(), faded()
	k.Adam(make([]float32, n), make([]float32, n), m, v, make([]float32, n), 1e-3, 0.9, 0.999, 1e-8, 0.1, 10)
	k.Momentum(momentum, make([]float32, n), 0.9)
	k.Scale(weights, 0.9)
	for name, x := range map[string][]float32{"m": m, "v": v, "momentum": momentum, "weights": weights} {
		if slices.ContainsFunc(x, func(v float32) bool { return v != 0 }) {
			t.Errorf("%s is %g, want 0", name, x[0])
		}
	}
	if half := faded()[0] / 2; half != tiny/2 {
		t.Errorf("half of %g is %g after the assembly", float32(tiny), half)
	}
}
