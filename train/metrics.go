package train

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"

	"govae/internal/atomicfile"
	"govae/internal/infile"
)

// MetricsFile is the file of a model directory with one JSON object per epoch.
const MetricsFile = "metrics.jsonl"

// Metrics are the figures of one epoch.
type Metrics struct {
	Epoch           int     `json:"epoch"`             // from 1
	Step            int     `json:"step"`              // since the start of training
	Seconds         float64 `json:"seconds"`           // spent in training, without evaluation
	ImagesPerSecond float64 `json:"images_per_second"` // 0 where the epoch was too short to measure
	Beta            float64 `json:"beta"`
	Train           Terms   `json:"train"` // running mean over the epoch
	Validation      *Terms  `json:"validation,omitempty"`
	Test            Terms   `json:"test"`
	LR              float64 `json:"lr,omitempty"` // the learning rate; 0 in files of older versions
	ActiveUnits     int     `json:"active_units"` // [Terms.ActiveUnits] of Test
	Waiting         float64 `json:"waiting"`      // share of Seconds in which steps waited for their images
}

// termsJSON is how [Terms] stand in the file: with their sum.
type termsJSON struct {
	ELBO           float64 `json:"elbo"`
	Reconstruction float64 `json:"reconstruction"`
	KL             float64 `json:"kl"`
	// Of latent dimensions, in the order of z; older files have none.
	KLByDimension    []float64 `json:"kl_by_dimension,omitempty"`
	BitsPerDimension float64   `json:"bits_per_dimension,omitempty"`
	Importance       float64   `json:"importance,omitempty"` // the importance weighted bound
}

// MarshalJSON writes the ELBO beside its terms.
func (t Terms) MarshalJSON() ([]byte, error) {
	return json.Marshal(termsJSON{t.ELBO(), t.Reconstruction, t.KL, t.KLByDimension, t.BitsPerDimension, t.Importance})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *Terms) UnmarshalJSON(data []byte) error {
	var j termsJSON
	err := json.Unmarshal(data, &j)
	*t = Terms{j.Reconstruction, j.KL, j.KLByDimension, j.BitsPerDimension, j.Importance}
	return err
}

// writeMetrics replaces metrics.jsonl in dir.
func writeMetrics(dir string, all []Metrics) error {
	return atomicfile.Write(filepath.Join(dir, MetricsFile), func(w io.Writer) error {
		e := json.NewEncoder(w)
		for _, m := range all {
			if err := e.Encode(m); err != nil {
				return err
			}
		}
		return nil
	})
}

// readMetrics returns the metrics of the first epochs in dir. Lines that are
// missing or damaged are left out: they are a record, not state.
func readMetrics(dir string, epochs int) []Metrics {
	data, err := infile.Read(filepath.Join(dir, MetricsFile), maxMetrics)
	if err != nil {
		return nil
	}
	var all []Metrics
	for line := range bytes.Lines(data) {
		if m, err := parseMetrics(line); err == nil && m.Epoch <= epochs {
			all = append(all, m)
		}
	}
	return all
}

// maxMetrics is the size in bytes of a file that no run reaches.
const maxMetrics = 1 << 30

// ReadMetrics returns the metrics of all epochs of the run in dir. A file that is missing,
// empty or damaged is an error, which names it and the line.
func ReadMetrics(dir string) ([]Metrics, error) {
	path := filepath.Join(dir, MetricsFile)
	data, err := infile.Read(path, maxMetrics)
	if err != nil {
		return nil, fmt.Errorf("%w: give the directory of a training run", err)
	}
	var all []Metrics
	for line := range bytes.Lines(data) {
		m, err := parseMetrics(line)
		if err == nil && len(all) > 0 && m.Epoch <= all[len(all)-1].Epoch {
			err = fmt.Errorf("epoch %d comes after epoch %d", m.Epoch, all[len(all)-1].Epoch)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w: the file is damaged", path, len(all)+1, err)
		}
		all = append(all, m)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: has no epochs yet: wait for the first one", path)
	}
	return all, nil
}

// parseMetrics reads a line of the file.
func parseMetrics(line []byte) (m Metrics, err error) {
	if err := json.Unmarshal(line, &m); err != nil {
		return m, fmt.Errorf("it is no JSON object of an epoch (%w)", err)
	}
	if m.Epoch < 1 || m.Epoch > math.MaxInt32 {
		return m, fmt.Errorf("epoch %d", m.Epoch)
	}
	m.ActiveUnits = m.Test.ActiveUnits() // which older versions did not write
	return m, nil
}
