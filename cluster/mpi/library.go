//go:build (linux || darwin) && (amd64 || arm64) && (cgo || mpi)

package mpi

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Engine is MPI's: the ranks that a launcher has started.
type Engine struct {
	path       string
	library    uintptr // as purego knows it
	rank, size int
	binary
	functions

	counts, places   []int32 // of what is sent to each rank, or gathered
	counts2, places2 []int32 // of what is received
}

// binary is what a library's binary interface gives the names of the standard.
type binary struct {
	name                  string
	world, float, inPlace uintptr // MPI_COMM_WORLD, MPI_FLOAT, MPI_IN_PLACE
	serialized            int32   // MPI_THREAD_SERIALIZED
}

// functions are what is called of the library.
type functions struct {
	initThread, rankOf, sizeOf, alltoallv, allgatherv, finalize uintptr
	exit                                                        uintptr // of the C library
}

// recognise tells the binary interface of a library by what it exports.
func recognise(library uintptr) (binary, bool) {
	symbol := func(name string) uintptr {
		address, err := purego.Dlsym(library, name)
		if err != nil {
			return 0
		}
		return address
	}
	switch {
	case symbol("ompi_mpi_comm_world") != 0: // handles are addresses of objects (mpi.h)
		return binary{"Open MPI", symbol("ompi_mpi_comm_world"), symbol("ompi_mpi_float"), 1, 2}, true
	case symbol("MPIR_Dup_fn") != 0: // MPICH's own (mpi.h)
		return binary{"MPICH", 0x44000000, 0x4c00040a, math.MaxUint, 2}, true
	case symbol("MPI_Abi_get_version") != 0: // of the standard (MPI 5.0, chapter 20)
		return binary{"MPI 5", 0x101, 0x210, 1, 2048}, true
	}
	return binary{}, false
}

// libraries are where an MPI library is looked for, in this order: first what the launcher's
// own processes use.
func libraries() []string {
	if path := os.Getenv(Variable); path != "" {
		return []string{path}
	}
	mpich := []string{"libmpich.so.12", "libmpi.so.12"}
	open := []string{"libmpi.so.40", "libmpi.so"}
	abi := []string{"libmpi_abi.so.1", "libmpi_abi.so.0"}
	mac := []string{"libmpi_abi.dylib", "libmpi.dylib"}
	all := append(append(open, mpich...), abi...)
	if cmp.Or(os.Getenv("OMPI_COMM_WORLD_SIZE"), os.Getenv("OMPI_VERSION")) == "" {
		all = append(append(mpich, abi...), open...)
	}
	return append(all, mac...)
}

// Start joins the ranks that the launcher has started. It returns an error where there is no
// MPI.
func Start() (*Engine, error) {
	var failed []string
	for _, path := range libraries() {
		library, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_GLOBAL)
		if err != nil {
			failed = append(failed, path)
			continue
		}
		e := &Engine{path: path, library: library}
		var ok bool
		if e.binary, ok = recognise(library); !ok {
			return nil, fmt.Errorf("%s is no MPI library that is known: Open MPI, MPICH or one of MPI 5 is wanted (%s names it)", path, Variable)
		}
		for name, f := range map[string]*uintptr{
			"MPI_Init_thread": &e.initThread, "MPI_Comm_rank": &e.rankOf, "MPI_Comm_size": &e.sizeOf, "MPI_Alltoallv": &e.alltoallv,
			"MPI_Allgatherv": &e.allgatherv, "MPI_Finalize": &e.finalize, "exit": &e.exit,
		} {
			if *f, err = purego.Dlsym(library, name); err != nil {
				return nil, fmt.Errorf("the MPI library %s lacks %s", path, name)
			}
		}
		return e, e.join()
	}
	return nil, fmt.Errorf("no MPI library was found (%s): install Open MPI or MPICH, or name the library in %s", strings.Join(failed, ", "), Variable)
}

func (e *Engine) join() error {
	// What the library writes to lies in the heap, as stacks move.
	answers := make([]int32, 3)
	provided, rank, size := &answers[0], &answers[1], &answers[2]
	if err := e.call("MPI_Init_thread", e.initThread, 0, 0, uintptr(e.serialized), uintptr(unsafe.Pointer(provided))); err != nil {
		return err
	}
	if *provided < e.serialized {
		return fmt.Errorf("%s (%s) cannot be called by several threads in turn: one that can is wanted", e.path, e.name)
	}
	if err := e.call("MPI_Comm_rank", e.rankOf, e.world, uintptr(unsafe.Pointer(rank))); err != nil {
		return err
	}
	if err := e.call("MPI_Comm_size", e.sizeOf, e.world, uintptr(unsafe.Pointer(size))); err != nil {
		return err
	}
	e.rank, e.size = int(*rank), int(*size)
	for _, v := range []*[]int32{&e.counts, &e.places, &e.counts2, &e.places2} {
		*v = make([]int32, e.size)
	}
	return nil
}

// call calls a function whose result is an error code.
func (e *Engine) call(name string, f uintptr, args ...uintptr) error {
	code, _, _ := purego.SyscallN(f, args...)
	runtime.KeepAlive(e)
	if int32(code) != 0 {
		return fmt.Errorf("%s of %s (%s) failed with code %d", name, e.path, e.name, int32(code))
	}
	return nil
}

// Rank implements [cluster.Engine].
func (e *Engine) Rank() int { return e.rank }

// Size implements [cluster.Engine].
func (e *Engine) Size() int { return e.size }

// Library says which library it is.
func (e *Engine) Library() string { return e.path + ", " + e.name }

// Spread implements [cluster.Engine].
func (e *Engine) Spread(pieces, x []float32, bounds []int) error {
	own := bounds[e.rank+1] - bounds[e.rank]
	for i := range e.size {
		e.counts[i], e.places[i] = int32(bounds[i+1]-bounds[i]), int32(bounds[i])
		e.counts2[i], e.places2[i] = int32(own), int32(i*own)
	}
	e.counts[e.rank], e.counts2[e.rank] = 0, 0
	defer runtime.KeepAlive(pieces)
	defer runtime.KeepAlive(x)
	return e.call("MPI_Alltoallv", e.alltoallv, address(x), address(e.counts), address(e.places), e.float,
		address(pieces), address(e.counts2), address(e.places2), e.float, e.world)
}

// Gather implements [cluster.Engine].
func (e *Engine) Gather(x []float32, bounds []int) error {
	for i := range e.size {
		e.counts[i], e.places[i] = int32(bounds[i+1]-bounds[i]), int32(bounds[i])
	}
	defer runtime.KeepAlive(x)
	return e.call("MPI_Allgatherv", e.allgatherv, e.inPlace, 0, e.float,
		address(x), address(e.counts), address(e.places), e.float, e.world)
}

// address is where a slice's values lie; the memory of none is never looked at. Slices live in
// the heap, which does not move, and their owners outlive the calls.
func address[T any](x []T) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(x))) }

// Exit ends the process, and with code 0 its rank. It does so by the C library's exit, as MPICH 5
// tells its launcher only then that a rank has ended well; after one that has not told, the
// launcher kills the others.
func (e *Engine) Exit(code int) {
	if code == 0 {
		e.call("MPI_Finalize", e.finalize)
	}
	purego.SyscallN(e.exit, uintptr(code))
}
