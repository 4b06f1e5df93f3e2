package train

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"govae/cluster"
	"govae/dataset"
	"govae/models"
)

// trainRanks trains a model of c by some ranks and returns that of each.
func trainRanks(t *testing.T, ctx context.Context, ranks int, c models.Config, o func(rank int) (Options, *dataset.Data)) ([]*models.VAE, []error) {
	t.Helper()
	engines := cluster.Local(ranks)
	all, errs := make([]*models.VAE, ranks), make([]error, ranks)
	var done sync.WaitGroup
	for rank := range ranks {
		done.Go(func() {
			m, err := models.New(c, 1)
			if err != nil {
				t.Error(err)
				return
			}
			o, data := o(rank)
			o.Cluster, o.Threads = engines[rank], 1+rank%2
			all[rank] = m
			_, errs[rank] = Run(ctx, m, data, o)
		})
	}
	done.Wait()
	return all, errs
}

func rankData(c models.Config) *dataset.Data {
	data := &dataset.Data{Train: labelled(noiseImages(150, dataset.Shape{H: 10, W: 9, C: 1}), c), Classes: c.Labels}
	data.Test = data.Train.Slice(0, 40)
	return data
}

// TestRanks: the weights have the same bits for any number of ranks, whatever the network, the
// likelihood and the options, where the last batch is a small one and some ranks may have no
// share of it.
func TestRanks(t *testing.T) {
	for name, tt := range map[string]struct {
		c models.Config
		o Options
	}{
		"conv":      {models.Config{}, Options{Epochs: 2, ValFraction: 0.2, Clip: 1, Augment: everything}},
		"learned":   {models.Config{Likelihood: models.Gaussian, LearnSigma: true, Latent: 5}, Options{}},
		"optimal":   {models.Config{Likelihood: models.Gaussian, OptimalSigma: true}, Options{FreeBits: FreeBits{Nats: 0.05}}},
		"logistic":  {models.Config{Likelihood: models.Logistic, Arch: "mlp", Hidden: []int{33, 20}}, Options{FreeBits: FreeBits{Nats: 0.1, Group: true}}},
		"residual":  {models.Config{Arch: "residual", Width: 8, Latent: 3}, Options{}},
		"bf16":      {models.Config{Arch: "residual", Width: 32, Latent: 16}, Options{Compute: BFloat16}},
		"ladder":    {models.Config{Arch: "ladder", Width: 8}, Options{}},
		"labelled":  {conditional(models.Config{Arch: "mlp", Hidden: []int{20}}), Options{}},
		"weighted":  {conditional(models.Config{Arch: "mlp", Hidden: []int{33, 20}}), Options{Importance: 5, Beta: Constant(0.7)}},
		"told":      {conditional(models.Config{Arch: "mlp", Hidden: []int{20}}), Options{LabelsPerClass: 2, ClassifierSteps: 3}},
		"patience":  {models.Config{Arch: "mlp", Hidden: []int{20}}, Options{ValFraction: 0.2, Patience: 1, Epochs: 4}},
		"diverging": {models.Config{Arch: "mlp", Hidden: []int{20}}, Options{LR: Constant(1e4), Epochs: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && tt.c.Arch != "mlp" {
				t.Skip("slow under the race detector")
			}
			needs(t, tt.o.Compute)
			data := rankData(tt.c)
			tt.c.Image = data.Train.Shape
			if tt.o.Epochs == 0 {
				tt.o.Epochs = 1
			}
			tt.o.Batch = 64
			var want *models.VAE
			var wantErr error
			for _, ranks := range []int{1, 2, 5} {
				all, errs := trainRanks(t, t.Context(), ranks, tt.c, func(int) (Options, *dataset.Data) { return tt.o, rankData(tt.c) })
				if want == nil {
					if want, wantErr = all[0], errs[0]; (wantErr != nil) != (name == "diverging") {
						t.Fatal(wantErr)
					}
				}
				for rank, m := range all {
					if (errs[rank] == nil) != (wantErr == nil) {
						t.Fatalf("rank %d of %d: %v, want %v", rank, ranks, errs[rank], wantErr)
					}
					if !slices.Equal(m.Theta, want.Theta) || !slices.Equal(m.State, want.State) {
						t.Errorf("rank %d of %d: other weights than one rank's", rank, ranks)
					}
				}
			}
		})
	}
}

// TestRanksResume stops a run of four ranks, which one of them asks for, and goes on with
// others: the checkpoint is that of one rank.
func TestRanksResume(t *testing.T) {
	c := models.Config{Arch: "mlp", Hidden: []int{20}}
	data := rankData(c)
	c.Image = data.Train.Shape
	dir := func(rank int, path string) string { // only the first writes
		if rank > 0 {
			return filepath.Join(path, "none", "none")
		}
		return path
	}
	options := func(rank int, path string) Options {
		return Options{Dir: dir(rank, path), Batch: 32, Epochs: 3, ValFraction: 0.2, Resume: true}
	}
	whole := t.TempDir()
	all, errs := trainRanks(t, t.Context(), 1, c, func(rank int) (Options, *dataset.Data) { return options(rank, whole), data })
	if errs[0] != nil {
		t.Fatal(errs[0])
	}
	parts := t.TempDir()
	for _, ranks := range []int{4, 2, 3, 1} {
		ctx, stop := context.WithCancel(t.Context())
		got, errs := trainRanks(t, ctx, ranks, c, func(rank int) (Options, *dataset.Data) {
			o := options(rank, parts)
			steps := 0
			if rank == 0 && ranks > 1 {
				o.OnStep = func(Progress) {
					if steps++; steps == 3 {
						stop()
					}
				}
			}
			return o, data
		})
		stop()
		for rank, err := range errs {
			if ranks > 1 && !errors.Is(err, context.Canceled) || ranks == 1 && err != nil {
				t.Fatalf("rank %d of %d: %v", rank, ranks, err)
			}
		}
		if ranks == 1 && !slices.Equal(got[0].Theta, all[0].Theta) {
			t.Error("other weights than those of a run that was not stopped")
		}
	}
}

// TestRanksTime lets the first rank choose the number of epochs.
func TestRanksTime(t *testing.T) {
	c := models.Config{Arch: "mlp", Hidden: []int{20}}
	data := rankData(c)
	c.Image = data.Train.Shape
	all, errs := trainRanks(t, t.Context(), 2, c, func(int) (Options, *dataset.Data) {
		return Options{Batch: 32, Time: 50 * time.Millisecond}, data
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(all[0].Theta, all[1].Theta) {
		t.Error("the ranks have other weights")
	}
}

// TestRanksSaveError: what the first rank cannot write ends all.
func TestRanksSaveError(t *testing.T) {
	c := models.Config{Arch: "mlp", Hidden: []int{20}}
	data := rankData(c)
	c.Image = data.Train.Shape
	dir := filepath.Join(t.TempDir(), "model")
	_, errs := trainRanks(t, t.Context(), 2, c, func(rank int) (Options, *dataset.Data) {
		o := Options{Batch: 32, Epochs: 3}
		if rank == 0 {
			o.Dir = dir
			o.OnStep = func(Progress) { os.RemoveAll(dir) }
		}
		return o, data
	})
	if _, ok := errors.AsType[*SaveError](errs[0]); !ok {
		t.Errorf("rank 0: %v", errs[0])
	}
	if other, ok := errors.AsType[*cluster.RankError](errs[1]); !ok || other.Rank != 0 {
		t.Errorf("rank 1: %v", errs[1])
	}
}

// TestRanksStopClassifier: a user who stops the first rank while it fits a classifier stops all.
func TestRanksStopClassifier(t *testing.T) {
	c := conditional(models.Config{Arch: "mlp", Hidden: []int{20}})
	data := rankData(c)
	c.Image = data.Train.Shape
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	steps := 0
	_, errs := trainRanks(t, ctx, 2, c, func(rank int) (Options, *dataset.Data) {
		o := Options{Batch: 32, Epochs: 1, LabelsPerClass: 2, ClassifierSteps: 100}
		if rank == 0 {
			o.OnClassifierStep = func(step, _ int) {
				if steps = step; step == 3 {
					stop()
				}
			}
		}
		return o, rankData(c)
	})
	if errs[0] == nil || errs[1] == nil || steps != 3 {
		t.Errorf("%v and %v after %d steps", errs[0], errs[1], steps)
	}
}

// TestOtherRanks: a rank that is not like the others ends all, with a line that names it.
func TestOtherRanks(t *testing.T) {
	c := models.Config{Arch: "mlp", Hidden: []int{20}}
	c.Image = rankData(c).Train.Shape
	for want, change := range map[string]func(o *Options, data *dataset.Data){
		"rank 2 of 3: its seed is 7, where that of rank 0 is 0": func(o *Options, _ *dataset.Data) { o.Seed = 7 },
		"rank 2 of 3: its epochs is 2, where that of rank 0 is": func(o *Options, _ *dataset.Data) { o.Epochs = 2 },
		"rank 2 of 3: its data are not those of rank 0":         func(_ *Options, data *dataset.Data) { data.Train.Pixels[5] ^= 1 },
		"rank 2 of 3: a patience of -1 epochs":                  func(o *Options, _ *dataset.Data) { o.Patience = -1 },
		"an objective of a program's own":                       nil,
	} {
		_, errs := trainRanks(t, t.Context(), 3, c, func(rank int) (Options, *dataset.Data) {
			o, data := Options{Batch: 32, Epochs: 1}, rankData(c)
			switch {
			case change == nil:
				o.Objective = &ELBO{Beta: Constant(1)}
			case rank == 2:
				change(&o, data)
			}
			return o, data
		})
		for rank, err := range errs {
			if !strings.Contains(fmt.Sprint(err), want) {
				t.Errorf("rank %d: %v, want %s", rank, err, want)
			}
		}
	}
}
