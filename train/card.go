package train

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"govae/internal/atomicfile"
	"govae/internal/printable"
	"govae/models"
)

// CardFile is the file of a model directory that tells people what the model is: its
// data, settings, figures and limits, and how to use it.
const CardFile = "model-card.md"

// code is a text as Markdown shows it letter by letter. Texts come from files' names and
// settings, and must not become markup.
func code(value any) string {
	text := printable.Name(strings.Join(strings.Fields(strings.ReplaceAll(fmt.Sprint(value), "`", "'")), " "))
	return "`" + text + "`"
}

// tableCode is code in a table, where a bar ends a cell even within code.
func tableCode(value any) string { return strings.ReplaceAll(code(value), "|", `\|`) }

// card is what the text is filled with.
type card struct {
	Name        string // of the data
	Fingerprint string
	Config      models.Config
	Parameters  int
	ID          string
	Train, Test int // images
	Validation  int
	Settings    [][2]string
	Augment     Augment

	Kept    Metrics // of the epoch whose weights are kept
	Last    Metrics
	Seconds float64 // of training, in all
	Splits  []cardSplit

	Classifier *ClassifierFigures // nil where there is none

	Prior    bool // whether there is a [models.PriorFile]
	Pictures []cardPicture
}

type cardSplit struct {
	Name string
	Terms
}

type cardPicture struct{ File, Shows string }

// writeCard writes model-card.md for the finished run.
func (r *run) writeCard() error {
	samples := "New images."
	if r.m.Config.Conditional {
		samples = "New images, a row for each class; a column has the same latent point or noise."
		if r.m.Config.Classes() > mostRows {
			samples = fmt.Sprintf("New images, a row for each of the first %d classes; a column has the same latent point or noise.", mostRows)
		}
	}
	c := card{
		Name: r.name, Fingerprint: r.settings.Data, Config: r.m.Config, Parameters: len(r.m.Theta), ID: r.m.ID(),
		Train: r.train.Len(), Test: r.test.Len(), Augment: r.Augment,
		Pictures: []cardPicture{
			{ReconstructionsPicture, "Test images, each above its reconstruction."},
			{SamplesPicture, samples},
			{ManifoldPicture, "The latent plane from -4 to 4."},
			{LossPicture, "The terms of the ELBO by epoch."},
		},
	}
	if r.labelling != nil {
		c.Classifier = &r.labelling.figures
	}
	if r.validation != nil {
		c.Validation = r.validation.Len()
	}
	c.Pictures = slices.DeleteFunc(c.Pictures, func(p cardPicture) bool {
		_, err := os.Stat(filepath.Join(r.Dir, p.File))
		return err != nil
	})
	for _, m := range r.metrics {
		c.Seconds += m.Seconds
		if c.Last = m; r.kept == nil || m.Epoch == r.state.BestEpoch {
			c.Kept = m
		}
	}
	c.Splits = []cardSplit{{"training", c.Kept.Train}}
	if v := c.Kept.Validation; v != nil {
		c.Splits = append(c.Splits, cardSplit{"validation", *v})
	}
	c.Splits = append(c.Splits, cardSplit{"test", c.Kept.Test})
	c.Prior = r.m.Prior != nil
	var err error
	if c.Settings, err = r.settings.list(); err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(r.Dir, CardFile), c.text())
}

// list names the settings in order, each with its value as config.json has it. What the card
// says elsewhere is left out.
func (s settings) list() (all [][2]string, err error) {
	data, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	flat, err := flatSettings(data)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(flat)) {
		if slices.Contains([]string{"data", "image", "labels", "arch", "latent", "likelihood"}, name) {
			continue
		}
		value, ok := flat[name].(string)
		if !ok {
			data, err := json.Marshal(flat[name])
			if err != nil {
				return nil, err
			}
			value = string(data)
		}
		all = append(all, [2]string{name, value})
	}
	return all, nil
}
