package kernel

import "testing"

func TestAdd(t *testing.T) { eachKernel(t, testAdd) }

func testAdd(t *testing.T) {
	k := newKernel(t, 2)
	for _, n := range []int{0, 1, 17, 5000} {
		a, b, want := normal(1, n), normal(2, n), make([]float32, n)
		for i := range want {
			want[i] = a[i] + b[i]
		}
		got := rubbish(n)
		k.Add(got, a, b)
		checkClose(t, "a+b", got, want, 0)
		k.Add(a, a, b)
		checkClose(t, "in place", a, want, 0)
	}
}

func TestLeakyReLU(t *testing.T) { eachKernel(t, testLeakyReLU) }

func testLeakyReLU(t *testing.T) {
	k := newKernel(t, 2)
	x := append(normal(1, 5000), edges...)
	dy, got := normal(2, len(x)), rubbish(len(x))
	for _, slope := range []float32{0, 0.2} {
		k.LeakyReLU(got, dy, x, slope)
		for i, v := range x {
			want := slope * dy[i]
			if v > 0 {
				want = dy[i]
			}
			if got[i] != want && v == v {
				t.Errorf("slope %v: gradient %v at %v, want %v", slope, got[i], v, want)
			}
		}
	}
	k.LeakyReLU(got, x, x, 0.2)
	for i, v := range x {
		if v == v && got[i] != max(v, 0.2*v) || v != v && got[i] == got[i] {
			t.Errorf("LeakyReLU(%v) = %v", v, got[i])
		}
	}
}
