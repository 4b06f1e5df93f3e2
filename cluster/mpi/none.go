//go:build !((linux || darwin) && (amd64 || arm64) && (cgo || mpi))

package mpi

import "govae/cluster"

// Engine is MPI's: the ranks that a launcher has started.
type Engine struct{ cluster.Engine }

// Start joins the ranks that the launcher has started. It returns an error where there is no
// MPI.
func Start() (*Engine, error) { return nil, errUnavailable }

// Stop leaves them.
func (e *Engine) Stop() {}

// Library says which library it is.
func (e *Engine) Library() string { return "" }
