package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"

	"govae/models"
)

// record is what config.json has about a run beside its settings.
type record struct {
	Epochs int               `json:"epochs"`         // 0 while they have not been chosen
	Time   string            `json:"time,omitempty"` // by which they are chosen
	Note   map[string]string `json:"note,omitempty"`
}

// Started is how a run was started.
type Started struct {
	// Note is [Options.Note].
	Note map[string]string
	// Used are the settings of the run and of its model, by their names and in the form
	// that config.json has for them: what was left to be chosen stands there as it was
	// chosen. Numbers are of the type [json.Number].
	Used map[string]any
}

// StartedWith tells how the run in dir was started; it returns nil if dir holds none.
func StartedWith(dir string) (*Started, error) {
	saved, err := models.LoadSaved(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := started(saved)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, models.ConfigFile), err)
	}
	return s, nil
}

// ParseStarted is [StartedWith] for the content of a config.json. It returns nil if no run has
// written it.
func ParseStarted(data []byte) (*Started, error) {
	saved, err := models.ParseSaved(data)
	if err != nil {
		return nil, err
	}
	return started(saved)
}

func started(saved models.Saved) (*Started, error) {
	if len(saved.Training) == 0 {
		return nil, nil
	}
	var r record
	if err := json.Unmarshal(saved.Training, &r); err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	used, err := flatSettings(saved.Training)
	if err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	delete(used, "note")
	return &Started{Note: r.Note, Used: used}, nil
}

// chosenEpochs returns the number of epochs that the run in dir chose for a time, 0 if it
// chose none.
func chosenEpochs(dir, time string) (int, error) {
	s, err := StartedWith(dir)
	if s == nil || s.Used["time"] != time {
		return 0, err
	}
	n, _ := s.Used["epochs"].(json.Number)
	return strconv.Atoi(n.String())
}
