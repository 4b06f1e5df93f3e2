package train

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"govae/dataset"
	"govae/images"
	"govae/internal/lock"
	"govae/models"
)

// TestDataIsValidated: what cannot be trained on is refused before anything starts.
func TestDataIsValidated(t *testing.T) {
	empty := &dataset.Images{Shape: smallShape}
	turned := dataset.Shape{H: smallShape.W, W: smallShape.H, C: 1}
	for name, tt := range map[string]struct {
		change func(d *dataset.Data)
		want   string
	}{
		"no test images":     {func(d *dataset.Data) { d.Test = nil }, "no test images"},
		"empty test split":   {func(d *dataset.Data) { d.Test = empty }, "no test images"},
		"no training images": {func(d *dataset.Data) { d.Train = empty }, "no training images"},
		"another test shape": {func(d *dataset.Data) { d.Test = noiseImages(3, turned) }, "make them one size"},
		"another shape":      {func(d *dataset.Data) { d.Train, d.Test = noiseImages(3, turned), noiseImages(3, turned) }, "the model is for 9x8x1"},
		"labels of no class": {func(d *dataset.Data) { d.Train.Labels = make([]int, d.Train.Len()) }, "classes"},
		"cut pixels":         {func(d *dataset.Data) { d.Train.Pixels = d.Train.Pixels[:100] }, "no whole number of images"},
		"other classes":      {func(d *dataset.Data) { d.Classes = []string{"a"} }, `the model is for ["b"]`},
	} {
		t.Run(name, func(t *testing.T) {
			d, c := smallData(), smallConfig
			if tt.change(d); d.Classes != nil {
				c.Labels = []string{"b"}
			}
			dir := filepath.Join(t.TempDir(), "model")
			_, err := Run(t.Context(), smallModel(t, c), d, Options{Dir: dir, Epochs: 1})
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "noise") {
				t.Errorf("error %v, want one about the data with %q", err, tt.want)
			}
			if _, err := os.Stat(dir); err == nil {
				t.Error("a model directory was made")
			}
		})
	}
}

// TestRunLeavesTheModelReadyForExport: what a file says about its training data needs no
// more than training.
func TestRunLeavesTheModelReadyForExport(t *testing.T) {
	d := smallData()
	d.Classes = []string{"noise"}
	m := smallModel(t, smallConfig)
	if _, err := Run(t.Context(), m, d, Options{Epochs: 1}); err != nil {
		t.Fatal(err)
	}
	if m.LatentStats == nil || len(m.LatentStats.Std) != 2 || len(m.Config.Labels) != 1 {
		t.Errorf("statistics %+v, labels %v", m.LatentStats, m.Config.Labels)
	}
}

// TestStoppedRunLeavesNoStatistics: those of an earlier run are not of weights that a second one has
// changed, of which no epoch is complete.
func TestStoppedRunLeavesNoStatistics(t *testing.T) {
	m := smallModel(t, smallConfig)
	if _, err := Run(t.Context(), m, smallData(), Options{Epochs: 1}); err != nil || m.LatentStats == nil {
		t.Fatalf("no statistics after a run, error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := Run(ctx, m, smallData(), Options{Epochs: 2, OnStep: func(Progress) { cancel() }})
	if !errors.Is(err, context.Canceled) || m.LatentStats != nil {
		t.Errorf("statistics %+v after a run that was stopped, error %v", m.LatentStats, err)
	}
}

func TestOneRunInADirectory(t *testing.T) {
	dir := t.TempDir()
	var second error
	_, err := Run(t.Context(), smallModel(t, smallConfig), smallData(), Options{Dir: dir, Epochs: 1, OnEpoch: func(Metrics) {
		for _, o := range []Options{{Dir: dir}, {Dir: dir, Force: true}, {Dir: dir, Resume: true}} {
			_, second = Run(t.Context(), smallModel(t, smallConfig), smallData(), o)
			if _, held := errors.AsType[*lock.HeldError](second); !held {
				t.Errorf("a second run in the directory: error %v, want that it is in use", second)
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), smallModel(t, smallConfig), smallData(), Options{Dir: dir}); errors.As(err, new(*lock.HeldError)) || err == nil {
		t.Errorf("a run after the first: error %v, want that the directory holds one", err)
	}
	if _, err := models.Load(dir); err != nil {
		t.Error(err)
	}
}

// TestValidationOfTheData chooses the best epoch by the data's own validation images, and
// keeps in the model how pictures were framed.
func TestValidationOfTheData(t *testing.T) {
	d := smallData()
	d.Validation = noiseImages(3, smallShape)
	d.Framing = images.Framing{Fit: images.Pad, Background: images.White}
	m := smallModel(t, smallConfig)
	metrics, err := Run(t.Context(), m, d, Options{Epochs: 1})
	if err != nil {
		t.Fatal(err)
	}
	if metrics[0].Validation == nil {
		t.Error("no validation")
	}
	if m.Config.Fit != images.Pad || m.Config.Background != images.White {
		t.Errorf("config %+v", m.Config)
	}
	_, err = Run(t.Context(), m, d, Options{Epochs: 1, ValFraction: 0.5})
	if err == nil || !strings.Contains(err.Error(), "has 3 validation images of its own: leave the validation fraction out") {
		t.Errorf("a fraction beside: error %v", err)
	}
	d.Validation = noiseImages(3, dataset.Shape{H: 1, W: 1, C: 1})
	if _, err = Run(t.Context(), m, d, Options{Epochs: 1}); err == nil || !strings.Contains(err.Error(), "validation images 1x1x1") {
		t.Errorf("of another shape: error %v", err)
	}
}
