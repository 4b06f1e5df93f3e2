package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"

	"govae/internal/safetensors"
	"govae/models"
)

// The names of a checkpoint and its predecessor in the model directory.
const (
	CheckpointFile         = "checkpoint.safetensors"
	PreviousCheckpointFile = "checkpoint.previous.safetensors"
)

const checkpointFormat = "2"

// settings are what must not change when a run is resumed.
type settings struct {
	Model       models.Config `json:"model"`
	Batch       int           `json:"batch"`
	LR          Schedule      `json:"lr"`
	Beta        Schedule      `json:"beta"`
	Seed        uint64        `json:"seed"`
	ValFraction float64       `json:"val-fraction"`
	Data        string        `json:"data"`                // fingerprint
	Objective   Objective     `json:"objective,omitempty"` // nil for that of beta
	Augment     Augment       `json:"augment,omitempty"`
}

// flatSettings reads settings in their JSON form, those of the model among the others.
func flatSettings(data []byte) (map[string]any, error) {
	var all map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // a seed has more digits than a float64
	if err := d.Decode(&all); err != nil {
		return nil, err
	}
	model, _ := all["model"].(map[string]any)
	delete(all, "model")
	maps.Copy(all, model)
	return all, nil
}

// difference names the first setting that is not as it was, with both values; it
// returns "" if there is none. The architecture comes first, as others depend on it.
func difference(was, is map[string]any) (name string, before, now any) {
	names := slices.Sorted(maps.Keys(was))
	for _, name := range slices.Concat([]string{"arch"}, names, slices.Sorted(maps.Keys(is))) {
		if !reflect.DeepEqual(was[name], is[name]) {
			return name, was[name], is[name]
		}
	}
	return "", nil, nil
}

// state is where a run stands, beside its tensors.
type state struct {
	Epoch   int     `json:"epoch"`   // complete epochs
	Batch   int     `json:"batch"`   // complete batches of the running epoch
	Step    int     `json:"step"`    // complete steps since the start
	Sums    Terms   `json:"sums"`    // over the running epoch's images
	Seconds float64 `json:"seconds"` // spent in the running epoch
	Waiting float64 `json:"waiting"` // of these, for batches that were not ready
	// The best validation ELBO so far and its epoch; 0 means none yet.
	Best      float64 `json:"best_elbo"`
	BestEpoch int     `json:"best_epoch"`
}

// checkpoint is the complete state of a run.
type checkpoint struct {
	settings   settings
	state      state
	kernelName string
	m          *models.VAE
	optimiser  *optimiser
	damaged    bool // the file in the directory: its predecessor served
}

// tensors are the vectors that a checkpoint holds, by the prefix of their names.
func (c *checkpoint) tensors() []prefixed {
	return append([]prefixed{{"", c.m.Theta}}, c.optimiser.tensors()...)
}

// prefixed is a vector laid out like the parameters.
type prefixed struct {
	prefix string
	values []float32
}

// save writes the checkpoint in dir; the one that was there becomes its
// predecessor.
func (c *checkpoint) save(dir string) error {
	settings, err := json.Marshal(c.settings)
	if err != nil {
		return err
	}
	state, err := json.Marshal(c.state)
	if err != nil {
		return err
	}
	f := &safetensors.File{
		Metadata: map[string]string{
			"format": checkpointFormat, "settings": string(settings), "state": string(state), "kernel": c.kernelName,
		},
	}
	for _, t := range c.tensors() {
		f.Tensors = append(f.Tensors, c.m.Tensors(t.prefix, t.values)...)
	}
	f.Tensors = append(f.Tensors, c.m.StateTensors()...)
	if f.Metadata["sha256"], err = f.Digest(); err != nil {
		return err
	}
	path := filepath.Join(dir, CheckpointFile)
	if !c.damaged { // else it must not take the place of the only good one
		err = os.Rename(path, filepath.Join(dir, PreviousCheckpointFile))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	err = f.Save(path)
	c.damaged = c.damaged && err != nil
	return err
}

// Resumable reports whether dir holds a checkpoint, from which [Options.Resume] goes
// on whatever weights the model has.
func Resumable(dir string) bool { return holds(dir, CheckpointFile, PreviousCheckpointFile) }

// holds reports whether dir holds one of the files.
func holds(dir string, files ...string) bool {
	return slices.ContainsFunc(files, func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	})
}

// load sets c.state, c.kernelName and all tensors from dir, after a check that the
// checkpoint is whole and of the same settings. Where it is damaged or missing, its
// predecessor serves, and warn is told.
func (c *checkpoint) load(dir string, warn func(string)) error {
	err := c.loadFile(filepath.Join(dir, CheckpointFile))
	var damaged *damagedError
	if !errors.As(err, &damaged) {
		return err
	}
	if previous := c.loadFile(filepath.Join(dir, PreviousCheckpointFile)); previous != nil {
		if errors.As(previous, new(*damagedError)) {
			return &DamagedError{err}
		}
		return previous
	}
	c.damaged = true
	warn(fmt.Sprintf("%v; going on from its predecessor", err))
	return nil
}

// damagedError is an error for which the predecessor may be of help.
type damagedError struct{ error }

func (c *checkpoint) loadFile(path string) error {
	f, err := safetensors.Load(path)
	if err != nil {
		return &damagedError{err}
	}
	sum, err := f.Digest("sha256")
	if err != nil || sum != f.Metadata["sha256"] {
		return &damagedError{fmt.Errorf("%s: the data does not match its SHA-256: the file is damaged or no checkpoint", path)}
	}
	if v := f.Metadata["format"]; v != checkpointFormat {
		return fmt.Errorf("%s: checkpoint format %q is unknown: it was written by another version; use that one to resume", path, v)
	}
	var st state
	if err := json.Unmarshal([]byte(f.Metadata["state"]), &st); err != nil {
		return &damagedError{fmt.Errorf("%s: state: %w", path, err)}
	}
	stored, err := flatSettings([]byte(f.Metadata["settings"]))
	if err != nil {
		return &damagedError{fmt.Errorf("%s: settings: %w", path, err)}
	}
	asked, err := json.Marshal(c.settings)
	if err != nil {
		return err
	}
	wanted, err := flatSettings(asked)
	if err != nil {
		return err
	}
	switch name, was, is := difference(stored, wanted); name {
	case "":
	case "data":
		return fmt.Errorf("%s: the run was started with other data: give the same data and limit, or another directory", path)
	default:
		return fmt.Errorf("%s: the run was started with %s %v, not %v: keep it, or give another directory", path, name, was, is)
	}
	for _, t := range c.tensors() {
		if err := c.m.SetTensors(t.prefix, t.values, f); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if err := c.m.SetStateTensors(f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	c.state, c.kernelName = st, f.Metadata["kernel"]
	return nil
}
