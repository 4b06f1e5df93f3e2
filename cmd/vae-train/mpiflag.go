package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"

	"govae/cluster"
	"govae/cluster/mpi"
	"govae/cmd/internal/cli"
	"govae/train"
)

// ranks are the processes that train together, as an MPI launcher has started them; by default
// this one alone.
type ranks struct {
	*cluster.Group
	wanted bool
	mpi    *mpi.Engine
}

func (r *ranks) flags(p *pflag.FlagSet) {
	p.BoolVar(&r.wanted, "mpi", false, "train by all processes that an MPI launcher has started (default: where mpirun or mpiexec has)")
}

// join finds the other processes. All but the first are silent from here on.
func (r *ranks) join(app *cli.App) (err error) {
	if !r.wanted && !mpi.Launched() {
		return nil
	}
	if r.mpi, err = mpi.Start(); err != nil {
		return err
	}
	r.Group = cluster.New(r.mpi)
	if !r.First() {
		app.Quiet = true
	}
	return nil
}

// engine is what moves the ranks' data.
func (r *ranks) engine() cluster.Engine {
	if r.mpi == nil {
		return nil
	}
	return r.mpi
}

// line says how many ranks there are, after the number of threads.
func (r *ranks) line() string {
	if r.Size() == 1 {
		return ""
	}
	return fmt.Sprintf(" in each of %d ranks (%s)", r.Size(), r.mpi.Library())
}

// leave ends the work of this rank, with an error or nil. One of several ranks without an error ends
// here. An error that all ranks have is printed by the first one; the others give it the time to do so,
// as a launcher ends all processes when one ends with an error.
func (r *ranks) leave(err error) error {
	switch {
	case r.mpi == nil:
	case err == nil:
		r.mpi.Exit(0)
	case !r.First():
		_, ofOne := errors.AsType[*cluster.RankError](err)
		_, diverged := errors.AsType[*train.DivergedError](err)
		if !ofOne && !diverged && !errors.Is(err, context.Canceled) {
			return &cluster.RankError{Rank: r.Rank(), Size: r.Size(), Err: err}
		}
		time.Sleep(2 * time.Second)
		os.Exit(1)
	}
	return err
}
