package train

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"govae/dataset"
	"govae/models"
)

func TestResumeFromPredecessor(t *testing.T) {
	dir := t.TempDir()
	want := mustRun(t, Options{Dir: dir, Epochs: 2, Batch: 16, Seed: 1})
	if err := os.WriteFile(filepath.Join(dir, CheckpointFile), []byte("damaged"), 0o644); err != nil {
		t.Fatal(err)
	}
	var warnings []string
	got := mustRun(t, Options{Dir: dir, Epochs: 2, Batch: 16, Seed: 1, Resume: true, Warn: func(s string) { warnings = append(warnings, s) }})
	if !bytes.Equal(got, want) {
		t.Error("going on from the predecessor gives other weights")
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "predecessor") {
		t.Errorf("warnings %q, want one about the predecessor", warnings)
	}
}

// TestDamagedCheckpointDoesNotReplaceItsPredecessor: after falling back, the next
// checkpoint takes the damaged one's place, not the good one's.
func TestDamagedCheckpointDoesNotReplaceItsPredecessor(t *testing.T) {
	dir := t.TempDir()
	mustRun(t, Options{Dir: dir, Epochs: 2, Batch: 16})
	good, err := os.ReadFile(filepath.Join(dir, PreviousCheckpointFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, CheckpointFile), []byte("cut short"), 0o644); err != nil {
		t.Fatal(err)
	}
	epochs := 0
	o := Options{Dir: dir, Epochs: 2, Batch: 16, Resume: true, OnEpoch: func(Metrics) {
		epochs++
		previous, err := os.ReadFile(filepath.Join(dir, PreviousCheckpointFile))
		if err != nil || !bytes.Equal(previous, good) {
			t.Errorf("the predecessor is no longer the good checkpoint (%v)", err)
		}
	}}
	mustRun(t, o)
	if epochs != 1 {
		t.Errorf("%d epochs were trained, want 1", epochs)
	}
}

func TestCheckpointRejects(t *testing.T) {
	dir := t.TempDir()
	mustRun(t, Options{Dir: dir, Epochs: 2, Batch: 16, Seed: 1})
	for name, tt := range map[string]struct {
		change func(*Options, *models.Config, *dataset.Data)
		want   string
	}{
		"exists":       {func(o *Options, _ *models.Config, _ *dataset.Data) { o.Resume = false }, "holds a run already"},
		"batch":        {func(o *Options, _ *models.Config, _ *dataset.Data) { o.Batch = 20 }, "batch 16, not 20"},
		"seed":         {func(o *Options, _ *models.Config, _ *dataset.Data) { o.Seed = 2 }, "seed 1, not 2"},
		"epochs":       {func(o *Options, _ *models.Config, _ *dataset.Data) { o.Epochs = 1 }, "can only grow"},
		"architecture": {func(_ *Options, c *models.Config, _ *dataset.Data) { c.Arch = "mlp" }, "mlp"},
		"latent":       {func(_ *Options, c *models.Config, _ *dataset.Data) { c.Latent = 5 }, "latent 2, not 5"},
		"data":         {func(_ *Options, _ *models.Config, d *dataset.Data) { d.Train.Pixels[7] ^= 1 }, "other data"},
		"both":         {func(o *Options, _ *models.Config, _ *dataset.Data) { o.Force = true }, "exclude"},
	} {
		t.Run(name, func(t *testing.T) {
			o, c, d := Options{Dir: dir, Epochs: 2, Batch: 16, Seed: 1, Resume: true}, smallConfig, smallData()
			tt.change(&o, &c, d)
			before := weights(t, dir)
			_, err := Run(t.Context(), smallModel(t, c), d, o)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
			if !bytes.Equal(weights(t, dir), before) {
				t.Error("the refused run changed the weights")
			}
		})
	}
}

// tinyConfig has so few parameters that a checkpoint is a few kilobytes.
var tinyConfig = models.Config{Arch: "mlp", Hidden: []int{2}, Latent: 1, Image: smallShape}

// TestDamagedByte changes bytes of a checkpoint, one at a time. The run goes on from the
// predecessor, and tells so.
func TestDamagedByte(t *testing.T) {
	dir := t.TempDir()
	o := Options{Dir: dir, Epochs: 2, Batch: 16, Seed: 1}
	if _, err := Run(t.Context(), smallModel(t, tinyConfig), smallData(), o); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, CheckpointFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	o.Dir = "" // what it opens is said below
	r, err := newRun(smallModel(t, tinyConfig), smallData(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	for i := 0; i < len(whole); i += 1 + len(whole)/64 { // package safetensors tests every one
		damaged := slices.Clone(whole)
		damaged[i] ^= byte(1 << (i % 8))
		if err := os.WriteFile(path, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		warnings := 0
		if err := r.load(dir, func(string) { warnings++ }); err != nil || warnings != 1 || r.state.Epoch != 1 || r.begins {
			t.Fatalf("byte %d of %d is damaged: error %v, %d warnings, %d epochs, may become the predecessor: %v; want a warning and the epoch before",
				i, len(whole), err, warnings, r.state.Epoch, r.begins)
		}
	}
	// Both are damaged.
	if err := os.Truncate(filepath.Join(dir, PreviousCheckpointFile), 100); err != nil {
		t.Fatal(err)
	}
	if err := r.load(dir, nil); !errors.As(err, new(*DamagedError)) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, want a DamagedError of one line", err)
	}
}

// TestPredecessorBeginsAnEpoch: however many checkpoints an epoch has, the state in which
// it began stays.
func TestPredecessorBeginsAnEpoch(t *testing.T) {
	dir := t.TempDir()
	r, err := newRun(smallModel(t, tinyConfig), smallData(), Options{Dir: dir, Batch: 16})
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	for i, want := range []struct{ epoch, batch, previousEpoch int }{ // the predecessor is always of batch 0
		{0, 1, 0}, {0, 2, 0}, {1, 0, 0}, {1, 1, 1}, {1, 2, 1}, {2, 0, 1}, {3, 0, 2},
	} {
		r.state.Epoch, r.state.Batch = want.epoch, want.batch
		if err := r.saveCheckpoint(); err != nil {
			t.Fatal(err)
		}
		if err := r.loadFile(filepath.Join(dir, PreviousCheckpointFile)); err != nil {
			t.Fatal(err)
		}
		if r.state.Epoch != want.previousEpoch || r.state.Batch != 0 {
			t.Errorf("%d: after epoch %d, batch %d the predecessor is of epoch %d, batch %d; want %d, 0",
				i, want.epoch, want.batch, r.state.Epoch, r.state.Batch, want.previousEpoch)
		}
	}
}

// TestBestWeightsAreInTheCheckpoint: nothing that is resumed comes from other files.
func TestBestWeightsAreInTheCheckpoint(t *testing.T) {
	// A learning rate that soon overshoots: the last epoch is not the best.
	o := Options{Dir: t.TempDir(), Epochs: 6, Batch: 8, LR: Constant(0.05), ValFraction: 0.25}
	want := mustRun(t, o)
	for _, name := range []string{models.WeightsFile, models.ConfigFile, MetricsFile} {
		if err := os.Remove(filepath.Join(o.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	o.Resume = true
	if !bytes.Equal(mustRun(t, o), want) {
		t.Error("the resumed run has other weights")
	}
}

// TestTemporaryFilesGo removes what killed runs have left, and nothing of others.
func TestTemporaryFilesGo(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, ".notes.txt.0123abcd.tmp")
	for _, path := range []string{other, filepath.Join(dir, "."+CheckpointFile+".0123abcd.tmp"), filepath.Join(dir, "."+SamplesPicture+".0123abcd.tmp")} {
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	mustRun(t, Options{Dir: dir, Epochs: 1})
	left, err := filepath.Glob(filepath.Join(dir, ".*.tmp"))
	if err != nil || len(left) != 1 || left[0] != other {
		t.Errorf("left: %v, %v; want %s", left, err, other)
	}
}
