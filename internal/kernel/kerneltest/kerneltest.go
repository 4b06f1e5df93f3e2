// Package kerneltest makes kernels for tests.
package kerneltest

import (
	"testing"

	"govae/internal/kernel"
)

// New returns a kernel of some threads, which is closed when the test ends.
func New(t testing.TB, threads int) *kernel.Kernel {
	t.Helper()
	k, err := kernel.New(threads)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
}
