package train

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"govae/internal/kernel"
	"govae/internal/kernel/kerneltest"
)

// needs skips a test on processors without that arithmetic.
func needs(t *testing.T, compute string) {
	t.Helper()
	k := kerneltest.New(t, 1)
	if _, ok := k.BFloat16(); compute == BFloat16 && !ok {
		t.Skip("this processor has no products of bfloat16")
	}
}

// TestBFloat16: a run has other weights than one in float32, alike for any number of threads, and
// about the same figures.
func TestBFloat16(t *testing.T) {
	needs(t, BFloat16)
	weightsAndELBO := func(compute string, threads int) ([]byte, float64) {
		o := Options{Dir: t.TempDir(), Epochs: 3, Batch: 16, Seed: 1, Threads: threads, Compute: compute}
		w := mustRun(t, o)
		all, err := ReadMetrics(o.Dir)
		if err != nil {
			t.Fatal(err)
		}
		return w, all[2].Test.ELBO()
	}
	exact, want := weightsAndELBO(Float32, 1)
	one, elbo := weightsAndELBO(BFloat16, 1)
	three, _ := weightsAndELBO(BFloat16, 3)
	if bytes.Equal(one, exact) || !bytes.Equal(one, three) {
		t.Errorf("weights are those of float32: %v, of another number of threads: %v", bytes.Equal(one, exact), bytes.Equal(one, three))
	}
	if math.Abs(elbo-want) > 0.01*math.Abs(want) {
		t.Errorf("test ELBO %g, in float32 %g", elbo, want)
	}
}

func TestCompute(t *testing.T) {
	t.Setenv(kernel.Variable, "gonum")
	_, err := Run(t.Context(), smallModel(t, tinyConfig), dataFor(tinyConfig), Options{Compute: BFloat16})
	if e, ok := errors.AsType[*ComputeError](err); !ok || e.Compute != BFloat16 || e.Kernel != "gonum" {
		t.Errorf("bf16 with the portable kernel: %v", err)
	}
	if _, err := Run(t.Context(), smallModel(t, tinyConfig), dataFor(tinyConfig), Options{Compute: "half"}); err == nil {
		t.Error("an unknown arithmetic was taken")
	}
}
