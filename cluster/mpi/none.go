//go:build !((linux || darwin) && (amd64 || arm64) && (cgo || mpi))

package mpi

import (
	"errors"
	"os"

	"govae/cluster"
)

// errUnavailable is why there is no MPI.
var errUnavailable = errors.New("this program was built without cgo and so without MPI: build it with cgo, or with -tags mpi")

// Engine is MPI's: the ranks that a launcher has started.
type Engine struct{ cluster.Engine }

// Start joins the ranks that the launcher has started. It returns an error where there is no
// MPI.
func Start() (*Engine, error) { return nil, errUnavailable }

// Exit ends the process, and with code 0 its rank.
func (e *Engine) Exit(code int) { os.Exit(code) }

// Library says which library it is.
func (e *Engine) Library() string { return "" }
