package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"

	"govae/internal/atomicfile"
	"govae/internal/safetensors"
	"govae/models"
)

// The names of a checkpoint and its predecessor in the model directory.
const (
	CheckpointFile         = "checkpoint.safetensors"
	PreviousCheckpointFile = "checkpoint.previous.safetensors"
)

// Format 4 is that of runs that add up gradients over a batch as a tree (package kernel): its
// bytes are those of format 3, but not the weights that follow from them. Format 3 has the
// halvings of the learning rate in its state and the weights of the best epoch among its
// tensors. Format 2 had neither, and kept those weights in [models.WeightsFile] alone.
const checkpointFormat = "4"

var readFormats = []string{"2", "3", checkpointFormat}

// settings must not change when a run is resumed.
type settings struct {
	Model       models.Config `json:"model"`
	Batch       int           `json:"batch"`
	LR          Schedule      `json:"lr"`
	Beta        Schedule      `json:"beta"`
	Seed        uint64        `json:"seed"`
	ValFraction float64       `json:"val-fraction"`
	Passes      int           `json:"passes,omitempty"`    // none is 1
	Data        string        `json:"data"`                // fingerprint
	Objective   Objective     `json:"objective,omitempty"` // nil where the other settings make it
	Augment     Augment       `json:"augment,omitempty"`
	Optimizer   string        `json:"optimizer"`
	WeightDecay Schedule      `json:"weight-decay"`
	Clip        float64       `json:"clip,omitempty"`
	FreeBits    FreeBits      `json:"free-bits,omitzero"`
	Importance  int           `json:"importance,omitempty"`
	Binarize    Binarize      `json:"binarize,omitempty"`
	Compute     string        `json:"compute"`

	LabelsPerClass  int  `json:"labels-per-class,omitempty"`
	Classifier      bool `json:"classifier,omitempty"`
	ClassifierSteps int  `json:"classifier-steps,omitempty"` // 0 where there is no classifier
}

// before has the settings that older versions did not write, with the only value that they had.
var before = map[string]any{"compute": Float32, "optimizer": Adam, "weight-decay": json.Number("0")}

// flatSettings reads settings in their JSON form, those of the model among the others.
func flatSettings(data []byte) (map[string]any, error) {
	var all map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // a seed has more digits than a float64
	if err := d.Decode(&all); err != nil {
		return nil, err
	}
	if all == nil {
		return nil, errors.New("are null")
	}
	model, _ := all["model"].(map[string]any)
	delete(all, "model")
	maps.Copy(all, model)
	return all, nil
}

// difference returns the name of the first setting that has changed and both values, or "". The
// architecture and the data come first, as other settings depend on them.
func difference(was, is map[string]any) (name string, before, now any) {
	names := slices.Sorted(maps.Keys(was))
	for _, name := range slices.Concat([]string{"arch", "data"}, names, slices.Sorted(maps.Keys(is))) {
		if !reflect.DeepEqual(was[name], is[name]) {
			return name, was[name], is[name]
		}
	}
	return "", nil, nil
}

// length returns the number of steps of a [Course] in its JSON form, 0 for other settings.
func length(setting any) int {
	m, _ := setting.(map[string]any)
	if _, ok := courses[fmt.Sprint(m["kind"])]; !ok {
		return 0
	}
	n, _ := strconv.Atoi(fmt.Sprint(m["steps"]))
	return n
}

// text formats a setting for people: an object as JSON, and a missing one as "none".
func text(setting any) any {
	if setting == nil {
		return "none"
	}
	if _, ok := setting.(map[string]any); ok {
		if data, err := json.Marshal(setting); err == nil {
			return string(data)
		}
	}
	return setting
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
	// The mean loss of the first batch, by which a loss is judged, and how often the
	// learning rate was halved ([run.goBack]).
	First    *float64 `json:"first_loss,omitempty"`
	Halvings int      `json:"halvings,omitempty"`
}

// checkpoint is the complete state of a run.
type checkpoint struct {
	settings        settings
	state           state
	kernelName      string
	m               *models.VAE
	optimiser       *optimiser
	kept, keptState []float32 // the weights of the best epoch and their state; nil without validation
	// begins says that the file in the directory is whole and was written at the start of an epoch. Only
	// such a file becomes the predecessor: so there is always the start of the running epoch to go back
	// to, and a damaged file never replaces the only good one.
	begins bool
	older  bool // it was loaded from an older format
}

// best is the prefix of the best epoch's tensors in a checkpoint.
const best = "best/"

// tensors are the vectors that a checkpoint holds, by the prefix of their names.
func (c *checkpoint) tensors() []prefixed {
	all := append([]prefixed{{"", c.m.Theta}}, c.optimiser.tensors()...)
	if c.kept != nil {
		all = append(all, prefixed{best, c.kept})
	}
	return all
}

// buffers are like tensors, for vectors laid out like [models.VAE.State].
func (c *checkpoint) buffers() []prefixed {
	all := []prefixed{{"", c.m.State}}
	if c.kept != nil {
		all = append(all, prefixed{best, c.keptState})
	}
	return all
}

// prefixed is a vector laid out like the parameters.
type prefixed struct {
	prefix string
	values []float32
}

// save writes the checkpoint in dir; the one that was there becomes its predecessor if it
// begins an epoch. An error leaves both as they are.
func (c *checkpoint) save(dir string) error {
	f, err := c.file()
	if err != nil {
		return err
	}
	if err := f.Seal(); err != nil {
		return err
	}
	path := filepath.Join(dir, CheckpointFile)
	if c.begins {
		err = atomicfile.Rotate(path, filepath.Join(dir, PreviousCheckpointFile), f.Write)
	} else {
		err = atomicfile.Write(path, f.Write)
	}
	if err == nil {
		c.begins = c.state.Batch == 0
	}
	return err
}

// file returns the checkpoint as a file, whose tensors are read when it is written.
func (c *checkpoint) file() (*safetensors.File, error) {
	settings, err := json.Marshal(c.settings)
	if err != nil {
		return nil, err
	}
	state, err := json.Marshal(c.state)
	if err != nil {
		return nil, err
	}
	f := &safetensors.File{
		Metadata: map[string]string{
			"format": checkpointFormat, "settings": string(settings), "state": string(state), "kernel": c.kernelName,
		},
	}
	for _, t := range c.tensors() {
		f.Tensors = append(f.Tensors, c.m.Tensors(t.prefix, t.values)...)
	}
	for _, t := range c.buffers() {
		f.Tensors = append(f.Tensors, c.m.StateTensors(t.prefix, t.values)...)
	}
	return f, nil
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

// load fills c from dir, after a check that the checkpoint is whole and of the same settings.
// Where it is damaged or missing, its predecessor serves, and warn is told.
func (c *checkpoint) load(dir string, warn func(string)) error {
	err := c.loadFile(filepath.Join(dir, CheckpointFile))
	var damaged *damagedError
	if !errors.As(err, &damaged) {
		c.begins = err == nil && c.state.Batch == 0
		return err
	}
	if previous := c.loadFile(filepath.Join(dir, PreviousCheckpointFile)); previous != nil {
		if errors.As(previous, new(*damagedError)) {
			return &DamagedError{err}
		}
		return previous
	}
	warn(fmt.Sprintf("%v; going on from its predecessor", err))
	return nil
}

// damagedError says that a checkpoint cannot be read; its predecessor may serve.
type damagedError struct{ error }

func (c *checkpoint) loadFile(path string) error {
	f, err := safetensors.LoadSealed(path)
	if err != nil {
		return &damagedError{err}
	}
	if v := f.Metadata["format"]; !slices.Contains(readFormats, v) {
		return fmt.Errorf("%s: checkpoint format %q is unknown: it was written by another version; use that one to resume", path, v)
	}
	stored, err := flatSettings([]byte(f.Metadata["settings"]))
	if err != nil {
		return &damagedError{fmt.Errorf("%s: settings: %w", path, err)}
	}
	for name, only := range before {
		if _, ok := stored[name]; !ok {
			stored[name] = only
		}
	}
	asked, err := json.Marshal(c.settings)
	if err != nil {
		return err
	}
	wanted, err := flatSettings(asked)
	if err != nil {
		return err
	}
	if scale, ok := wanted["pixel_scale"]; ok && stored["pixel_scale"] == nil { // of an older version
		stored["pixel_scale"] = scale
	}
	switch name, was, is := difference(stored, wanted); name {
	case "":
	case "data":
		return fmt.Errorf("%s: the run was started with other data: give the same data and limit, or another directory", path)
	default:
		if before, now := length(was), length(is); before != now {
			return &LengthError{path, name, before, now}
		}
		return fmt.Errorf("%s: the run was started with %s %v, not %v: keep it, or give another directory", path, name, text(was), text(is))
	}
	if err := c.fill(f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// fill is the reverse of file: it sets c.state, c.kernelName and all tensors.
func (c *checkpoint) fill(f *safetensors.File) error {
	var st state
	if err := json.Unmarshal([]byte(f.Metadata["state"]), &st); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	kept, keptState := c.kept, c.keptState
	c.kept, c.keptState = nil, nil
	old := f.Metadata["format"] == "2"
	if st.BestEpoch > 0 && !old {
		c.kept, c.keptState = make([]float32, len(c.m.Theta)), make([]float32, len(c.m.State))
	}
	for _, t := range c.tensors() {
		if err := c.m.SetTensors(t.prefix, t.values, f); err != nil {
			return err
		}
	}
	for _, t := range c.buffers() {
		if err := c.m.SetStateTensors(t.prefix, t.values, f); err != nil {
			return err
		}
	}
	if old && st.BestEpoch > 0 {
		c.kept, c.keptState = kept, keptState
	}
	c.older = f.Metadata["format"] != checkpointFormat
	c.state, c.kernelName = st, f.Metadata["kernel"]
	return nil
}
