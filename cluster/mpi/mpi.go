// Package mpi is the [cluster.Engine] of MPI. It needs no cgo and nothing at build time: the
// library is loaded when it is asked for, and may be Open MPI 4 or 5, MPICH 3.1 or later and
// what has its binary interface (Intel MPI, MVAPICH), or any library of the MPI-5 standard's.
// Builds without cgo, which are linked statically, have none of it, unless they are made with
// the tag mpi.
package mpi

import "os"

// Variable is the environment variable that names the MPI library: a path, or a name that the
// system's loader knows.
const Variable = "VAE_MPI_LIBRARY"

// Launched reports whether this process was started by an MPI launcher, as one of several.
func Launched() bool {
	for _, size := range []string{
		"OMPI_COMM_WORLD_SIZE", // Open MPI's mpirun, and so Kubernetes' MPIJob
		"PMI_SIZE",             // MPICH's mpiexec, Intel MPI, and srun --mpi=pmi2
	} {
		if n := os.Getenv(size); n != "" {
			return n != "1"
		}
	}
	return os.Getenv("PMIX_RANK") != "" // srun --mpi=pmix
}
