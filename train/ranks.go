package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"govae/cluster"
	"govae/internal/infile"
)

// Several ranks train one model ([Options.Cluster]). Each has all the state, and takes the same
// decisions from the same numbers: of every batch it computes its share, then the shares'
// gradients and terms are added as trees. What clocks, users and files say, the first rank
// says, or all agree on; it alone writes, and the others are runs without a directory.

// alone returns the options of a rank that is not the first: no directory, no callbacks.
func (o Options) alone() Options {
	o.Dir, o.Resume, o.Force, o.TensorBoard = "", false, false, false
	o.OnChoice, o.OnClassifierStep, o.OnClassifier, o.OnStep, o.OnEpoch, o.Warn = nil, nil, nil, nil, nil, nil
	return o
}

// same returns an error unless all ranks have the same settings, data and program.
func (r *run) same() error {
	own, err := json.Marshal(struct {
		settings
		Epochs   int           `json:"epochs"`
		Time     time.Duration `json:"time"`
		Patience int           `json:"patience"`
		Kernel   string        `json:"kernel"`
		Program  string        `json:"program"`
	}{r.settings, r.Epochs, r.Time, r.Patience, r.kernel.Name(), program()})
	if err != nil {
		return err
	}
	texts, err := r.group.Texts(own)
	if err != nil {
		return err
	}
	first, err := flatSettings(texts[0])
	if err != nil {
		return err
	}
	for rank, own := range texts {
		other, err := flatSettings(own)
		if err != nil {
			return err
		}
		if name, was, is := difference(first, other); name != "" {
			why := fmt.Errorf("its %s is %v, where that of rank 0 is %v", name, text(is), text(was))
			if name == "data" {
				why = errors.New("its data are not those of rank 0")
			}
			return &cluster.RankError{Rank: rank, Size: r.group.Size(), Err: fmt.Errorf("%w: start all ranks with the same program, settings and data", why)}
		}
	}
	return nil
}

// program is the beginning of the SHA-256 of the running program, found once.
var program = sync.OnceValue(func() string {
	path, err := os.Executable()
	if err != nil {
		return err.Error()
	}
	digest, err := infile.Digest(path)
	if err != nil {
		return err.Error()
	}
	return digest[:16]
})

// share gives all ranks the state of the first.
func (r *run) share() error {
	if r.group == nil {
		return nil
	}
	own, err := json.Marshal(struct {
		State  state
		Epochs int
	}{r.state, r.Epochs})
	if err != nil {
		return err
	}
	texts, err := r.group.Texts(own)
	if err != nil {
		return err
	}
	var first struct {
		State  state
		Epochs int
	}
	if err := json.Unmarshal(texts[0], &first); err != nil {
		return err
	}
	if !r.group.First() {
		r.state, r.Epochs = first.State, first.Epochs
		r.kept, r.keptState = nil, nil
		if r.state.BestEpoch > 0 {
			r.kept, r.keptState = make([]float32, len(r.m.Theta)), make([]float32, len(r.m.State))
		}
		if r.Time > 0 && r.Epochs > 0 {
			r.setRunLength()
		}
	}
	for _, vectors := range [][]prefixed{r.tensors(), r.buffers()} {
		for _, v := range vectors {
			if err := r.group.Broadcast(v.values); err != nil {
				return err
			}
		}
	}
	return nil
}

// held returns the context that stops this rank. One of several ranks stops only when all agree to
// ([run.stopOrSave]), as the others would wait for a rank that stopped alone.
func (r *run) held(ctx context.Context) context.Context {
	if r.group == nil {
		return ctx
	}
	held, stop := context.WithCancel(context.WithoutCancel(ctx))
	r.asked, r.stop = ctx, stop
	return held
}

// agree returns the error of any rank. An error that all ranks have, as when they diverge or are stopped,
// is returned as it is.
func (r *run) agree(err error) error {
	if _, ok := errors.AsType[*DivergedError](err); ok || errors.Is(err, context.Canceled) {
		return err
	}
	return r.group.Agree(err)
}

// stopOrSave is called before each step: it returns the context's error if the run is to stop, and reports
// whether it is time for a checkpoint.
func (r *run) stopOrSave(ctx context.Context) (save bool, err error) {
	const goOn, saving, stopping = 0, 1, 2
	save = r.state.Batch > 0 && time.Since(r.saved) > checkpointInterval
	if r.group == nil {
		return save, ctx.Err()
	}
	signal := float64(goOn)
	switch {
	case r.asked.Err() != nil:
		signal = stopping
	case save && r.group.First():
		signal = saving
	}
	if signal, err = r.group.Most(signal); err != nil {
		return false, err
	}
	if signal == stopping {
		r.stop()
	}
	return signal == saving, ctx.Err()
}

// agreeOnEpochs gives all ranks the number of epochs that the first may have chosen.
func (r *run) agreeOnEpochs() error {
	mine := 0
	if r.group.First() {
		mine = r.Epochs
	}
	n, err := r.group.Most(float64(mine))
	if err != nil || n == 0 {
		return err
	}
	r.counted = true
	r.Epochs = int(n)
	r.setRunLength()
	return nil
}
