package train

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"govae/contract"
	"govae/dataset"
	"govae/models"
)

var (
	smallShape  = dataset.Shape{H: 9, W: 8, C: 1}
	smallConfig = models.Config{Image: smallShape}
)

// smallData are 40 training images: two batches of 16 and one of 8.
func smallData() *dataset.Data {
	m := noiseImages(50, smallShape)
	return &dataset.Data{Name: "noise", Train: m.Head(40), Test: m.Slice(40, 50)}
}

func smallModel(t testing.TB, c models.Config) *models.VAE {
	t.Helper()
	m, err := models.New(c, 3)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// weights returns the content of model.safetensors.
func weights(t *testing.T, dir string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, models.WeightsFile))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mustRun(t *testing.T, o Options) []byte {
	t.Helper()
	return mustRunOf(t, smallConfig, o)
}

func mustRunOf(t *testing.T, c models.Config, o Options) []byte {
	t.Helper()
	if _, err := Run(t.Context(), smallModel(t, c), dataFor(c), o); err != nil {
		t.Fatal(err)
	}
	return weights(t, o.Dir)
}

// TestPasses takes the same steps in fewer epochs that are longer.
func TestPasses(t *testing.T) {
	o := Options{Epochs: 6, Batch: 16, Seed: 1, Optimizer: Muon, Augment: everything, Binarize: Dynamic, Dir: t.TempDir()}
	want := mustRunOf(t, tinyConfig, o)
	o.Epochs, o.Passes, o.Dir = 2, 3, t.TempDir()
	var seen []Progress
	o.OnStep = func(p Progress) { seen = append(seen, p) }
	if got := mustRunOf(t, tinyConfig, o); !bytes.Equal(got, want) {
		t.Error("two epochs of three passes give other weights than six of one")
	}
	if n := len(seen); n != 18 || seen[n-1].Position() != "2/2" || seen[n-1].Images != 120 || seen[0].Images != 16 || seen[3].Images != 56 || seen[3].Total != 120 {
		t.Errorf("%d steps, %+v", n, seen)
	}
	if all, err := ReadMetrics(o.Dir); err != nil || len(all) != 2 || all[1].Step != 18 {
		t.Errorf("metrics %+v, error %v", all, err)
	}
}

func TestThreadsDoNotChangeTheResult(t *testing.T) {
	var want []byte
	for _, optimizer := range Optimizers() {
		want = nil
		for threads := 1; threads <= 3; threads++ {
			got := mustRun(t, Options{Dir: t.TempDir(), Epochs: 2, Batch: 16, Seed: 1, Threads: threads, Optimizer: optimizer, Augment: everything, Binarize: Dynamic, Clip: 1, Importance: 2})
			if want == nil {
				want = got
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s: %d threads give other weights than 1", optimizer, threads)
			}
		}
	}
	for name, o := range map[string]Options{
		"another seed":      {Seed: 2, Optimizer: Muon, Augment: everything, Binarize: Dynamic, Clip: 1, Importance: 2},
		"no augmentation":   {Seed: 1, Optimizer: Muon, Binarize: Dynamic, Clip: 1, Importance: 2},
		"another optimizer": {Seed: 1, Optimizer: Adam, Augment: everything, Binarize: Dynamic, Clip: 1, Importance: 2},
		"another decay":     {Seed: 1, Optimizer: Muon, WeightDecay: Constant(2), Augment: everything, Binarize: Dynamic, Clip: 1, Importance: 2},
		"gray images":       {Seed: 1, Optimizer: Muon, Augment: everything, Clip: 1, Importance: 2},
		"fixed images":      {Seed: 1, Optimizer: Muon, Augment: everything, Binarize: Static, Clip: 1, Importance: 2},
		"no clipping":       {Seed: 1, Optimizer: Muon, Augment: everything, Binarize: Dynamic, Importance: 2},
		"another objective": {Seed: 1, Optimizer: Muon, Augment: everything, Binarize: Dynamic, Clip: 1},
	} {
		o.Dir, o.Epochs, o.Batch = t.TempDir(), 2, 16
		if bytes.Equal(mustRun(t, o), want) {
			t.Errorf("%s gives the same weights", name)
		}
	}
}

// TestResume stops a run after each possible step, in turn, and resumes it.
func TestResume(t *testing.T) {
	optimal := models.Config{Arch: "mlp", Hidden: []int{8}, Image: smallShape, Likelihood: models.Gaussian, OptimalSigma: true}
	logistic := models.Config{Arch: "mlp", Hidden: []int{8}, Image: smallShape, Likelihood: models.Logistic}
	for name, tt := range map[string]struct {
		config models.Config
		Options
	}{
		"plain":                 {smallConfig, Options{TensorBoard: true}},
		"validation":            {smallConfig, Options{ValFraction: 0.2}},
		"muon":                  {smallConfig, Options{Optimizer: Muon}},
		"bf16":                  {smallConfig, Options{Compute: BFloat16, Optimizer: Muon}},
		"several passes":        {smallConfig, Options{Passes: 3, ValFraction: 0.2, Augment: everything}},
		"augmented":             {smallConfig, Options{Augment: everything}},
		"optimal sigma":         {optimal, Options{}},
		"its validation":        {optimal, Options{ValFraction: 0.2}},
		"discretised logistic":  {logistic, Options{}},
		"binary images":         {tinyConfig, Options{Binarize: Dynamic, ValFraction: 0.2}},
		"fixed binary images":   {tinyConfig, Options{Binarize: Static, Augment: everything}},
		"schedules":             {tinyConfig, Options{LR: Course{Kind: Cosine, Warmup: Span{Epochs: 1}}, Beta: Warmup{To: 1, Epochs: 2}, WeightDecay: Constant(0.1)}},
		"one cycle, clipped":    {tinyConfig, Options{LR: Course{Kind: OneCycle, Peak: 0.01}, Clip: 0.5}},
		"stairs with Muon":      {tinyConfig, Options{LR: Course{Kind: Stairs}, Optimizer: Muon, Clip: 0.5}},
		"free bits":             {tinyConfig, Options{FreeBits: FreeBits{Nats: 0.2}}},
		"free bits by group":    {tinyConfig, Options{FreeBits: FreeBits{Nats: 0.2, Group: true}}},
		"importance":            {tinyConfig, Options{Importance: 3, ValFraction: 0.2}},
		"conditional":           {conditional(smallConfig), Options{ValFraction: 0.2}},
		"conditional, weighted": {conditional(smallConfig), Options{Importance: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && tt.config.Arch != "mlp" {
				t.Skip("slow under the race detector")
			}
			needs(t, tt.Compute)
			o := tt.Options
			o.Epochs, o.Batch, o.Seed = 3, 16, 1
			o.Dir = t.TempDir()
			want := mustRunOf(t, tt.config, o)
			wantMetrics, _ := os.ReadFile(filepath.Join(o.Dir, MetricsFile))

			o.Dir, o.Resume = t.TempDir(), true
			interruptions := 0
			for {
				ctx, cancel := context.WithCancel(t.Context())
				steps := 0
				o.OnStep = func(Progress) {
					if steps++; steps == 2 {
						cancel()
					}
				}
				// Each time with a new model of another seed: all state must come from disk.
				m, err := models.New(tt.config, uint64(interruptions+100))
				if err != nil {
					t.Fatal(err)
				}
				if interruptions == 0 {
					m = smallModel(t, tt.config)
				}
				_, err = Run(ctx, m, dataFor(tt.config), o)
				cancel()
				if err == nil {
					break
				}
				if !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				}
				interruptions++
			}
			if interruptions < 2 {
				t.Errorf("the run was interrupted %d times: this test tests nothing", interruptions)
			}
			if !bytes.Equal(weights(t, o.Dir), want) {
				t.Error("the resumed run has other weights")
			}
			gotMetrics, _ := os.ReadFile(filepath.Join(o.Dir, MetricsFile))
			if diff := cmp.Diff(withoutTime(t, wantMetrics), withoutTime(t, gotMetrics)); diff != "" {
				t.Error(diff)
			}
			if !o.TensorBoard {
				return
			}
			steps, elbos, _ := readEvents(t, o.Dir)
			for i, m := range withoutTime(t, gotMetrics) {
				if len(steps) != o.Epochs || steps[i] != int64(m.Step) || elbos[i] != float32(m.Test.ELBO()) {
					t.Errorf("events of the steps %v with ELBOs %v", steps, elbos)
					break
				}
			}
		})
	}
}

// TestStoppedIsComplete stops a run in its second epoch: what it leaves is what a run of one epoch does.
func TestStoppedIsComplete(t *testing.T) {
	for name, o := range map[string]Options{"plain": {}, "validation": {ValFraction: 0.2}} {
		t.Run(name, func(t *testing.T) {
			config := conditional(smallConfig)
			config.Latent = contract.LeastPrior
			o.Epochs, o.Batch, o.Seed, o.Dir = 1, 16, 1, t.TempDir()
			mustRunOf(t, config, o)
			whole := o.Dir

			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			o.OnStep = func(p Progress) {
				if p.Epoch == 2 {
					cancel()
				}
			}
			o.Epochs, o.Dir = 5, t.TempDir()
			_, err := Run(ctx, smallModel(t, config), dataFor(config), o)
			if stopped, ok := errors.AsType[*StoppedError](err); !ok || stopped.Done != 1 {
				t.Fatal(err)
			}
			for _, name := range []string{models.WeightsFile, models.PriorFile, SamplesPicture, ReconstructionsPicture} {
				want, err := os.ReadFile(filepath.Join(whole, name))
				if err != nil {
					t.Fatal(err)
				}
				if got, err := os.ReadFile(filepath.Join(o.Dir, name)); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s is not that of a run of one epoch (%v)", name, err)
				}
			}
			if m, err := models.Load(o.Dir); err != nil || m.LatentStats == nil {
				t.Errorf("no statistics of codes (%v)", err)
			}
			if _, err := os.Stat(filepath.Join(o.Dir, CardFile)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestStoppedInMemory stops a run without a directory in its second epoch, between two, and after the last:
// the model is that of a run of as many epochs as are complete, with all that is exported beside its weights.
func TestStoppedInMemory(t *testing.T) {
	config := smallConfig
	config.Latent = contract.LeastPrior
	for name, o := range map[string]Options{"plain": {}, "validation": {ValFraction: 0.2}} {
		o.Epochs, o.Batch, o.Seed = 2, 16, 1
		want := smallModel(t, config)
		if _, err := Run(t.Context(), want, smallData(), o); err != nil {
			t.Fatal(err)
		}
		for place, stop := range map[string]func(Progress) bool{
			"within": func(p Progress) bool { return p.Epoch == 3 && p.Images < p.Total },
			"at end": func(p Progress) bool { return p.Epoch == 3 && p.Images == p.Total },
		} {
			t.Run(name+" "+place, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				o.OnStep = func(p Progress) {
					if stop(p) {
						cancel()
					}
				}
				o.Epochs = 5
				testStopped(ctx, t, o, config, want)
			})
		}
		for place, epochs := range map[string]int{"between": 5, "after": 2} {
			t.Run(name+" "+place, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				o.OnEpoch = func(m Metrics) {
					if m.Epoch == 2 {
						cancel()
					}
				}
				o.Epochs, o.OnStep = epochs, nil
				testStopped(ctx, t, o, config, want)
			})
		}
	}
}

// TestStoppedWhileFinishing stops a run in memory behind the scale that its end has fitted, which must not be
// fitted a second time from there.
func TestStoppedWhileFinishing(t *testing.T) {
	config := smallConfig
	config.Latent, config.Likelihood = contract.LeastPrior, models.Logistic
	o, want := Options{Epochs: 2, Batch: 16, Seed: 1}, smallModel(t, config)
	whole := &fading{Context: t.Context(), left: math.MaxInt}
	if _, err := Run(whole, want, smallData(), o); err != nil {
		t.Fatal(err)
	}
	testStopped(&fading{Context: t.Context(), left: math.MaxInt - whole.left - 1}, t, o, config, want)
}

// fading is a context that is cancelled when it has been asked a number of times whether it is.
type fading struct {
	context.Context
	left int
}

func (f *fading) Err() error {
	if f.left == 0 {
		return context.Canceled
	}
	f.left--
	return nil
}

func testStopped(ctx context.Context, t *testing.T, o Options, config models.Config, want *models.VAE) {
	t.Helper()
	m := smallModel(t, config)
	metrics, err := Run(ctx, m, smallData(), o)
	if stopped, ok := errors.AsType[*StoppedError](err); !ok || stopped.Done != 2 || len(metrics) != 2 {
		t.Fatalf("%d epochs, error %v", len(metrics), err)
	}
	if m.ID() != want.ID() {
		t.Error("other weights than those of a run of two epochs")
	}
	if diff := cmp.Diff(want.LatentStats, m.LatentStats); diff != "" || m.LatentStats == nil {
		t.Error(diff)
	}
	if diff := cmp.Diff(want.Prior, m.Prior); diff != "" || m.Prior == nil {
		t.Error(diff)
	}
}

// TestStoppedWithoutWeights: a run that is stopped goes on later, whatever has become of its other files.
func TestStoppedWithoutWeights(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o, warned := Options{Epochs: 3, Batch: 16, Seed: 1, Dir: t.TempDir()}, ""
	o.Warn = func(s string) { warned = s }
	o.OnEpoch = func(Metrics) {
		if err := os.Remove(filepath.Join(o.Dir, models.WeightsFile)); err != nil {
			t.Error(err)
		}
		cancel()
	}
	_, err := Run(ctx, smallModel(t, smallConfig), smallData(), o)
	if _, ok := errors.AsType[*StoppedError](err); !ok || !strings.Contains(warned, "not all files are of the latest epoch: ") {
		t.Errorf("error %v, warning %q", err, warned)
	}
	o.Resume, o.OnEpoch = true, nil
	mustRunOf(t, smallConfig, o)
}

// TestSome takes images of all classes, in order, also where these take turns.
func TestSome(t *testing.T) {
	d := smallData()
	d.Classes, d.Train.Labels = []string{"a", "b"}, make([]int, d.Train.Len())
	for i := range d.Train.Labels {
		d.Train.Labels[i] = i % 2
	}
	r := &run{train: d.Train}
	some := r.randomTrainImages(d.Train.Len() / 2)
	if n := count(some.Labels, 0); some.Len() != d.Train.Len()/2 || n == 0 || n == some.Len() {
		t.Errorf("%d of %d images are of the first class", n, some.Len())
	}
	all := r.randomTrainImages(d.Train.Len() + 1)
	if diff := cmp.Diff(d.Train.Labels, all.Labels); diff != "" {
		t.Error(diff)
	}
}

// withoutTime reads metrics and clears what depends on the clock.
func withoutTime(t *testing.T, data []byte) []Metrics {
	t.Helper()
	var all []Metrics
	for line := range bytes.Lines(data) {
		var m Metrics
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatal(err)
		}
		m.Seconds, m.ImagesPerSecond, m.Waiting = 0, 0, 0
		all = append(all, m)
	}
	return all
}

func TestValidationKeepsTheBest(t *testing.T) {
	dir := t.TempDir()
	m := smallModel(t, smallConfig)
	// A learning rate that soon overshoots: the last epoch is not the best.
	metrics, err := Run(t.Context(), m, smallData(), Options{Dir: dir, Epochs: 6, Batch: 8, LR: Constant(0.05), ValFraction: 0.25})
	if err != nil {
		t.Fatal(err)
	}
	best := 0
	for i, e := range metrics {
		if e.Validation.ELBO() > metrics[best].Validation.ELBO() {
			best = i
		}
	}
	_, validation, err := dataset.SplitValidation(smallData().Train, 0.25, 0)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := models.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]*models.VAE{"returned": m, "saved": saved} {
		got, err := testTrainer(t, m, 1, 8, 1).evaluate(t.Context(), validation, validationSplit, 0)
		if err != nil {
			t.Fatal(err)
		}
		if want := metrics[best].Validation.ELBO(); math.Abs(got.ELBO()-want) > 1e-9 {
			t.Errorf("the %s model has a validation ELBO of %g, the best epoch (%d) %g", name, got.ELBO(), best+1, want)
		}
	}
}

// TestKeepsTheAverage compares what a run keeps with the average over its steps.
func TestKeepsTheAverage(t *testing.T) {
	dir := t.TempDir()
	m := smallModel(t, smallConfig)
	want := make([]float64, len(m.Theta))
	step := 0.0
	o := Options{Dir: dir, Epochs: 2, Batch: 8, OnStep: func(Progress) {
		step++
		for i, v := range m.Theta { // a run's model has the present weights
			want[i] += 17 / (step + 16) * (float64(v) - want[i])
		}
	}}
	if _, err := Run(t.Context(), m, smallData(), o); err != nil {
		t.Fatal(err)
	}
	saved, err := models.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]float32{"returned": m.Theta, "saved": saved.Theta} {
		for i, v := range got {
			if math.Abs(float64(v)-want[i]) > 1e-5 {
				t.Fatalf("the %s model has the weight %g at %d, the average over %g steps is %g", name, v, i, step, want[i])
			}
		}
	}
}

func TestDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "model")
	var warnings []string
	mustRun(t, Options{Dir: dir, Epochs: 2, Batch: 100, Warn: func(s string) { warnings = append(warnings, s) }})
	if len(warnings) != 1 || !strings.Contains(warnings[0], "using 40") {
		t.Errorf("warnings %q, want one about the batch", warnings)
	}
	for _, name := range []string{
		models.ConfigFile, models.WeightsFile, CheckpointFile, PreviousCheckpointFile, MetricsFile,
		LossPicture, ReconstructionsPicture, SamplesPicture, ManifoldPicture, CardFile,
	} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v, want a file with content", name, err)
		}
	}
	saved, err := models.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if saved.LatentStats == nil || len(saved.LatentStats.Mean) != 2 || !(saved.LatentStats.Std[0] > 0) {
		t.Errorf("latent statistics %+v", saved.LatentStats)
	}
}

func TestRunLearns(t *testing.T) {
	// Two patterns: what a latent dimension can tell apart.
	d := smallData()
	for _, m := range []*dataset.Images{d.Train, d.Test} {
		for i := range m.Pixels {
			m.Pixels[i] = byte(255 * ((i/smallShape.Len() + i%smallShape.Len()/36) % 2))
		}
	}
	metrics, err := Run(t.Context(), smallModel(t, smallConfig), d, Options{Epochs: 60, Batch: 8})
	if err != nil {
		t.Fatal(err)
	}
	first, last := metrics[0].Test.ELBO(), metrics[len(metrics)-1].Test.ELBO()
	if !(first < -20 && last > -5) {
		t.Errorf("test ELBO goes from %.1f to %.1f, want from below -20 to above -5", first, last)
	}
}

func TestOptionsValidate(t *testing.T) {
	for want, o := range map[string]Options{
		"epochs": {Epochs: -1}, "batch": {Batch: -1}, "learning rate": {LR: Constant(math.NaN())}, "beta": {Beta: Constant(-1)},
		"warm-up": {Beta: Warmup{To: 1, Steps: -1}}, "validation": {ValFraction: 1}, "threads": {Threads: -1},
		"unknown optimizer": {Optimizer: "sgd"}, "weight decay": {WeightDecay: Constant(-1)},
		"a weight decay of 150": {LR: Course{Kind: Cosine, Peak: 0.01, Warmup: Span{Steps: 100}}, WeightDecay: Constant(150)},
		"a time of -1":          {Time: -1}, "exclude": {Time: 1, Epochs: 1},
		"the objective: 0 latent points": {Objective: &IWAE{}}, "the objective: beta -1": {Objective: &ELBO{Beta: Constant(-1)}},
		"the objective: -3 free nats": {Objective: &ELBO{FreeBits: FreeBits{Nats: -3}}}, "over epochs": {Objective: &ELBO{Beta: Warmup{To: 1, Epochs: 3}}},
	} {
		if _, err := o.withDefaults(models.Training{Batch: 128, Rate: 1e-3}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one with %q", o, err, want)
		}
	}
}

// TestLongMetricsSurviveResume: a line of the record may be longer than any buffer.
func TestLongMetricsSurviveResume(t *testing.T) {
	dir := t.TempDir()
	long := Metrics{Epoch: 1, Test: Terms{KLByDimension: make([]float64, 40_000)}}
	if err := writeMetrics(dir, []Metrics{long, {Epoch: 2}}); err != nil {
		t.Fatal(err)
	}
	if got := readMetrics(dir, 2); len(got) != 2 || len(got[0].Test.KLByDimension) != 40_000 {
		t.Errorf("%d epochs are read, want 2", len(got))
	}
}

// TestWarmup compares a run whose KL term grows with one in which it does not.
func TestWarmup(t *testing.T) {
	kl := func(o Options) float64 {
		o.Epochs, o.Batch = 2, 8
		metrics, err := Run(t.Context(), smallModel(t, smallConfig), smallData(), o)
		if err != nil {
			t.Fatal(err)
		}
		return metrics[1].Test.KL
	}
	grown, plain := kl(Options{Beta: Warmup{To: 1, Steps: 1000}}), kl(Options{})
	given := kl(Options{Objective: &ELBO{Beta: Warmup{To: 1, Steps: 1000}}})
	if !(grown > plain) || given != grown {
		t.Errorf("KL %g with a warm-up, %g with its objective given, %g without", grown, given, plain)
	}
}
