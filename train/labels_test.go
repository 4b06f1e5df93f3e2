package train

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"govae/dataset"
	"govae/images"
	"govae/internal/random"
	"govae/models"
)

// striped are images of three classes that a program can tell: bright at the top, in the middle
// or at the bottom, and noisy.
func striped(n int) *dataset.Images {
	m := noiseImages(n, dataset.Shape{H: 12, W: 8, C: 1})
	for i := range n {
		m.Labels = append(m.Labels, i%3)
		for j, v := range m.At(i) {
			if m.Pixels[i*96+j] = v / 4; j/32 == i%3 {
				m.Pixels[i*96+j] += 180
			}
		}
	}
	return m
}

func stripedData() (*dataset.Data, models.Config) {
	m := striped(260)
	c := conditional(models.Config{Arch: "mlp", Hidden: []int{8}, Image: m.Shape})
	return &dataset.Data{Name: "stripes", Train: m.Head(120), Test: m.Slice(120, 150), Classes: c.Labels}, c
}

// fewLabels are options of a run with a classifier.
func fewLabels(dir string) Options {
	return Options{Dir: dir, Epochs: 1, Batch: 40, Seed: 1, LabelsPerClass: 4, ClassifierSteps: 60}
}

// TestFewLabels: a classifier that was fitted to a few labels tells the others right, and the
// number of threads does not matter.
func TestFewLabels(t *testing.T) {
	var want []byte
	for threads := 1; threads <= 2; threads++ {
		d, c := stripedData()
		m := smallModel(t, c)
		o := fewLabels(t.TempDir())
		o.Threads = threads
		var figures ClassifierFigures
		steps := 0
		o.OnClassifier = func(f ClassifierFigures) { figures = f }
		o.OnClassifierStep = func(done, total int) {
			if steps++; done != steps || total != 60 {
				t.Errorf("step %d of %d after %d", done, total, steps-1)
			}
		}
		if _, err := Run(t.Context(), m, d, o); err != nil {
			t.Fatal(err)
		}
		if steps != 60 || figures.Labelled != 12 || figures.Unlabelled != 108 || figures.Test > 0.1 {
			t.Errorf("%d steps, %+v", steps, figures)
		}
		stored, _, err := models.LoadClassifier(o.Dir, m.Config)
		if err != nil || !slices.Equal(stored.Theta, m.Classifier.Theta) {
			t.Errorf("the classifier of the model is not that of the directory; error %v", err)
		}
		card, err := os.ReadFile(filepath.Join(o.Dir, CardFile))
		if err != nil || !strings.Contains(string(card), "12 have a label, and 108 have none") {
			t.Errorf("error %v, card\n%s", err, card)
		}
		theta := weights(t, o.Dir)
		if want == nil {
			want = theta
		} else if !bytes.Equal(theta, want) {
			t.Errorf("other weights with %d threads", threads)
		}
	}
}

// TestHiddenLabelsDoNotMatter trains with the hidden labels as they are, and changed.
func TestHiddenLabelsDoNotMatter(t *testing.T) {
	var want []byte
	for _, change := range []int{0, 1} {
		d, c := stripedData()
		_, others, err := dataset.SomeLabels(d.Train, c.Labels, 4, 1)
		if err != nil {
			t.Fatal(err)
		}
		changed := 0
		for _, i := range others {
			was := d.Train.Labels[i]
			d.Train.Labels[i] = (was + change) % 3
			if _, now, _ := dataset.SomeLabels(d.Train, c.Labels, 4, 1); slices.Equal(now, others) {
				changed += change
			} else { // this label has a say in which are kept
				d.Train.Labels[i] = was
			}
		}
		if changed < change*50 {
			t.Fatalf("only %d labels can be changed", changed)
		}
		o := fewLabels(t.TempDir())
		if _, err := Run(t.Context(), smallModel(t, c), d, o); err != nil {
			t.Fatal(err)
		}
		if theta := weights(t, o.Dir); want == nil {
			want = theta
		} else if !bytes.Equal(theta, want) {
			t.Error("labels have a say that are hidden")
		}
	}
}

// TestClassifierResumes stops a run while the classifier is fitted, and after, and resumes it.
func TestClassifierResumes(t *testing.T) {
	d, c := stripedData()
	whole := fewLabels(t.TempDir())
	if _, err := Run(t.Context(), smallModel(t, c), d, whole); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(whole.Dir, models.ClassifierFile)
	for name, stop := range map[string]func(o *Options, cancel func()){
		"fitting": func(o *Options, cancel func()) {
			o.OnClassifierStep = func(done, _ int) {
				if done == 20 {
					cancel()
				}
			}
		},
		"fitted":  func(o *Options, cancel func()) { o.OnClassifier = func(ClassifierFigures) { cancel() } },
		"trained": func(o *Options, cancel func()) { o.OnEpoch = func(Metrics) { cancel() } },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		o := fewLabels(t.TempDir())
		o.Epochs = 2
		stop(&o, cancel)
		_, err := Run(ctx, smallModel(t, c), d, o)
		want := map[string]string{"fitting": "stopped in step 21 of 60 of the classifier: context canceled", "fitted": "stopped in epoch 1 of 2: context canceled", "trained": "stopped in epoch 2 of 2: context canceled"}[name]
		if _, ok := errors.AsType[*StoppedError](err); !ok || !errors.Is(err, context.Canceled) || err.Error() != want {
			t.Errorf("%s: error %v, want %s", name, err, want)
		}
		cancel()
		fitted := 0
		o = fewLabels(o.Dir)
		o.Resume, o.OnClassifierStep = true, func(int, int) { fitted++ }
		if _, err := Run(t.Context(), smallModel(t, c), d, o); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if want := map[string]int{"fitting": 60}[name]; fitted != want {
			t.Errorf("%s: fitted again in %d steps, want %d", name, fitted, want)
		}
		if !bytes.Equal(weights(t, o.Dir), weights(t, whole.Dir)) {
			t.Errorf("%s: other weights", name)
		}
	}

	// A damaged file is replaced.
	was, _, err := models.LoadClassifier(whole.Dir, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("broken"), 0o644); err != nil {
		t.Fatal(err)
	}
	var warning string
	whole.Resume, whole.Warn = true, func(message string) { warning = message }
	if _, err := Run(t.Context(), smallModel(t, c), d, whole); err != nil {
		t.Fatal(err)
	}
	again, _, err := models.LoadClassifier(whole.Dir, c)
	if err != nil || !slices.Equal(again.Theta, was.Theta) || !strings.Contains(warning, "fitting the classifier again") {
		t.Errorf("error %v, warning %q", err, warning)
	}

	// A new run leaves nothing of it.
	whole.Resume, whole.Force, whole.LabelsPerClass = false, true, 0
	m := smallModel(t, c)
	if _, err := Run(t.Context(), m, d, whole); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil || m.Classifier != nil {
		t.Error("there is still a classifier")
	}
}

// TestUnlabelled: images without a label are trained on, by conditional models and by others.
func TestUnlabelled(t *testing.T) {
	d, c := stripedData()
	more := striped(260).Slice(150, 260)
	more.Labels = nil
	d.Unlabelled = more
	for _, conditional := range []bool{true, false} {
		c.Conditional = conditional
		m := smallModel(t, c)
		o := Options{Dir: t.TempDir(), Epochs: 1, Batch: 10, ClassifierSteps: 40, ValFraction: 0.1}
		metrics, err := Run(t.Context(), m, d, o)
		if err != nil {
			t.Fatal(err)
		}
		if want := (120 - 12 + 110 + 9) / 10; metrics[0].Step != want {
			t.Errorf("conditional %v: %d steps, want %d", conditional, metrics[0].Step, want)
		}
		if (m.Classifier != nil) != conditional {
			t.Errorf("conditional %v: classifier %v", conditional, m.Classifier != nil)
		}
	}
	if d.Train.Len() != 120 || d.Unlabelled.Labels != nil {
		t.Error("the data was changed")
	}
}

// TestLabelsAreRefused says what is wrong with what is asked for.
func TestLabelsAreRefused(t *testing.T) {
	for _, tt := range []struct {
		change func(o *Options, c *models.Config)
		want   string
	}{
		{func(o *Options, c *models.Config) { c.Conditional = false }, "are for models that are conditional on a class"},
		{func(o *Options, c *models.Config) { o.LabelsPerClass = 41 }, "stripes: the class a has 40 images for training, fewer than the 41"},
		{func(o *Options, c *models.Config) { o.LabelsPerClass = -1 }, "there must be at least 1"},
		{func(o *Options, c *models.Config) { o.ClassifierSteps = -1 }, "there must be at least 1"},
	} {
		d, c := stripedData()
		o := fewLabels("")
		tt.change(&o, &c)
		if _, err := Run(t.Context(), smallModel(t, c), d, o); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want one with %q", err, tt.want)
		}
	}
}

// TestErase: what is erased is a rectangle within the image.
func TestErase(t *testing.T) {
	s := images.Shape{H: 5, W: 4, C: 3}
	for i := range uint32(200) {
		x, r := make([]float32, s.Len()), random.New(1, random.ClassAugment, 1, i)
		erase(x, s, &r)
		h, w := map[int]bool{}, map[int]bool{}
		gray := 0
		for j, v := range x {
			if v != 0 {
				h[j/s.C/s.W], w[j/s.C%s.W] = true, true
				gray++
			}
		}
		if gray != len(h)*len(w)*s.C || len(h) > 3 || len(w) > 2 {
			t.Fatalf("%d values in %d rows and %d columns", gray, len(h), len(w))
		}
	}
}
