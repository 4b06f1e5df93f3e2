package kernel

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"govae/internal/random"
)

// Whatever an instruction set lacks portable Go does, function by function.
func TestPartial(t *testing.T) {
	for _, set := range supported() {
		want := everything(set)
		fields := reflect.TypeFor[isa]()
		products := []string{"gather", "gatherFew", "gatherPacking", "outer", "outerFew", "pack", "addRows", "prefetch", "transpose8"}
		without := [][]string{products}
		for i := range fields.NumField() {
			if f := fields.Field(i); f.Type.Kind() == reflect.Func && f.Name != "peak" && !slices.Contains(products, f.Name) {
				without = append(without, []string{f.Name})
			}
		}
		for _, names := range without {
			t.Run(set.name+"/without "+names[0], func(t *testing.T) {
				checkClose(t, "result", everything(lacking(set, names)), want, 1e-5)
			})
		}
	}
}

// lacking returns the instruction set without some functions.
func lacking(set *isa, names []string) *isa {
	less := *set
	for _, name := range names {
		field := reflect.ValueOf(&less).Elem().FieldByName(name)
		reflect.NewAt(field.Type(), field.Addr().UnsafePointer()).Elem().SetZero() // it is not exported
	}
	return &less
}

// everything is what an instruction set computes with each of its functions.
func everything(set *isa) (results []float32) {
	k := &Kernel{Tree: TreeOf(math.MaxInt), isa: set, pool: new(pool)}
	k.pool.start(2)
	defer k.Close()
	collect := func(x ...[]float32) { results = append(results, slices.Concat(x...)...) }
	double := func(x []float64) {
		for _, v := range x {
			results = append(results, float32(v))
		}
	}

	const n = 67
	x, w := normal(1, 2*n), normal(2, 2*n)
	y := make([]float32, n*n)
	k.Affine(n, n, 2, y, x, w, x[:n], true)
	collect(y)

	s := Conv{H: 7, W: 7, C: 16, KH: 3, KW: 3, Stride: 1, Pad: 1, OH: 7, OW: 7, K: 16}
	in, filter := normal(3, 2*s.in()), normal(4, s.weights())
	out, dx, dw, db := make([]float32, 2*s.out()), make([]float32, 2*s.in()), make([]float32, s.weights()), make([]float32, s.K)
	k.ConvForward(&s, 2, out, in, filter, db, true)
	k.ConvBackward(&s, 2, dx, dw, db, in, out, slices.Clone(out), filter, true)
	collect(out, dx, dw, db)

	for _, f := range []func(dst, x []float32){k.Exp, k.Sigmoid, k.Tanh, k.TanhGradient, k.SiLU, k.SiLUGradient} {
		dst := normal(5, len(x))
		f(dst, x)
		collect(dst)
	}
	leaky := make([]float32, len(x))
	k.LeakyReLU(leaky, w, x, 0.2)
	pixels := make([]float32, n)
	k.Pixels(pixels, slices.Repeat([]byte{0, 128, 255, 3}, n)[:n])
	noise := make([]float32, n)
	k.Normal(noise, 1, random.Binary, 3, []int{4})
	collect(leaky, pixels, noise)

	z, kl, scale := make([]float32, n), make([]float64, 1), []float64{0.5}
	k.Sample(z, kl, x[:n], w[:n], noise)
	dmean, dlogVar := make([]float32, n), make([]float32, n)
	k.SampleGradient(dmean, dlogVar, z, x[:n], w[:n], noise, scale)
	collect(z, dmean, dlogVar)
	double(kl)

	loss, dlogits := make([]float64, 1), make([]float32, n)
	k.Bernoulli(loss, dlogits, x[:n], pixels, 1)
	collect(dlogits)
	double(loss)
	k.Gaussian(loss, dlogits, x[:n], pixels, 1)
	collect(dlogits)
	double(loss)
	double([]float64{k.Logistic(loss, dlogits, x[:n], pixels, 0.1, 1)})
	collect(dlogits)
	double(loss)

	theta, average, m, v := normal(6, n), normal(7, n), normal(8, n), make([]float32, n)
	k.Adam(theta, average, m, v, x[:n], 1e-3, 0.9, 0.999, 1e-8, 0.01, 3)
	collect(theta, average, m, v)

	wide := k.columnsWidth(3)
	sums, rows := make([]float32, wide), slices.Repeat([]float32{1, 2, 3, 4}, wide)
	k.columnProducts(sums, rows, rows, rows[:wide], rows[1:wide+1])
	affine := make([]float32, len(rows))
	k.columnAffine(affine, rows, rows, rows[:wide], rows[:wide], rows[:wide], rows[:wide])
	collect(sums, affine)
	return results
}
