//go:build (linux || darwin) && (amd64 || arm64) && (cgo || mpi)

package mpi

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/ebitengine/purego"

	"govae/cluster"
	"govae/dataset"
	"govae/internal/kernel/kerneltest"
	"govae/models"
)

var started *Engine

func TestMain(m *testing.M) {
	code := m.Run()
	if started != nil {
		started.Exit(code)
	}
	os.Exit(code)
}

// TestReduction compares the sum of the reference network's gradient over all ranks, which has
// the same bits for any number of them, with MPI_Allreduce of the same length, in turns. It
// needs a launcher:
//
//	go test -c -o mpi.test ./cluster/mpi && mpirun -n 2 ./mpi.test -test.v
func TestReduction(t *testing.T) {
	if !Launched() {
		t.Skip("no launcher has started several ranks")
	}
	e, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	started = e
	k := kerneltest.New(t, 1)
	m, err := models.New(models.Config{Image: dataset.Shape{H: 28, W: 28, C: 1}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	g := cluster.New(e)
	g.Tree = k.Tree
	g.Share(128)

	allreduce, err := purego.Dlsym(e.library, "MPI_Allreduce")
	if err != nil {
		t.Fatal(err)
	}
	sum := map[string]uintptr{"MPICH": 0x58000003, "MPI 5": 0x21}[e.name]
	if sum == 0 {
		if sum, err = purego.Dlsym(e.library, "ompi_mpi_op_sum"); err != nil {
			t.Fatal(err)
		}
	}
	x, y := slices.Clone(m.Theta), slices.Clone(m.Theta)
	ours := func() { g.Sum(x) }
	theirs := func() {
		if err := e.call("MPI_Allreduce", allreduce, e.inPlace, address(y), uintptr(len(y)), e.float, sum, e.world); err != nil {
			t.Fatal(err)
		}
		runtime.KeepAlive(y)
	}
	ours()
	theirs()
	if err := g.Err(); err != nil {
		t.Fatal(err)
	}
	for i := range x {
		if d := x[i] - y[i]; d > 1e-4 || d < -1e-4 {
			t.Fatalf("value %d is %v, and %v by MPI_Allreduce", i, x[i], y[i])
		}
	}
	clear(x) // so that sums do not grow
	clear(y)
	var times [2][]time.Duration
	for range 100 {
		for i, f := range []func(){ours, theirs} {
			start := time.Now()
			f()
			times[i] = append(times[i], time.Since(start))
		}
	}
	if e.Rank() == 0 {
		for i := range times {
			slices.Sort(times[i])
		}
		a, b := times[0][50], times[1][50]
		fmt.Fprintf(os.Stderr, "%s, %d ranks, %d values: %v, MPI_Allreduce %v: %.2f times\n", e.Library(), e.Size(), len(x), a, b, float64(a)/float64(b))
	}
}
