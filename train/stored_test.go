package train

import (
	"context"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"govae/dataset"
	"govae/models"
)

var update = flag.Bool("update", false, "write testdata/stored/"+checkpointFormat)

// storedRuns are runs of 4 epochs that were stopped in their third, by the name of the
// folder under testdata/stored and the format, with the test ELBO that they end with.
var storedRuns = []struct {
	name        string
	likelihood  string
	valFraction float64
	elbo        float64
}{
	{"plain", models.Bernoulli, 0, -21.485},
	{"validation", models.Gaussian, 0.25, -120.671},
}

// TestStoredCheckpoints resumes what this version and older ones have written. The files
// of a format stay as they are for ever; -update writes those of a new one.
func TestStoredCheckpoints(t *testing.T) {
	if testing.Short() {
		t.Skip("files and arithmetic, in which the race detector sees nothing")
	}
	stored := filepath.Join("testdata", "stored")
	source, err := dataset.Open(filepath.Join(stored, "images.npy"), dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := source.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range storedRuns {
		config := models.Config{
			Arch: "mlp", Hidden: []int{3}, Activation: "relu", Latent: 2, Image: data.Train.Shape,
			Likelihood: tt.likelihood, LearnSigma: tt.likelihood == models.Gaussian,
		}
		options := Options{Epochs: 4, Batch: 8, Seed: 5, LR: Constant(0.01), ValFraction: tt.valFraction}
		run := func(ctx context.Context, o Options) ([]Metrics, error) {
			t.Helper()
			m, err := models.New(config, o.Seed)
			if err != nil {
				t.Fatal(err)
			}
			return Run(ctx, m, data, o)
		}
		if *update {
			o := options
			o.Dir, o.Force = filepath.Join(stored, checkpointFormat, tt.name), true
			started, err := StartedWith(filepath.Join(stored, "2", tt.name))
			if err != nil {
				t.Fatal(err)
			}
			o.Note = started.Note
			ctx, cancel := context.WithCancel(t.Context())
			o.OnStep = func(p Progress) {
				if p.Epoch == 3 && p.Images == 2*o.Batch {
					cancel()
				}
			}
			if _, err := run(ctx, o); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
		for _, format := range readFormats {
			for _, damage := range []bool{false, true} { // then the predecessor is read
				o := options
				o.Dir, o.Resume = t.TempDir(), true
				var warnings []string
				o.Warn = func(s string) { warnings = append(warnings, s) }
				if err := os.CopyFS(o.Dir, os.DirFS(filepath.Join(stored, format, tt.name))); err != nil {
					t.Fatal(err)
				}
				if damage {
					if err := os.Truncate(filepath.Join(o.Dir, CheckpointFile), 5000); err != nil {
						t.Fatal(err)
					}
				}
				metrics, err := run(t.Context(), o)
				if err != nil {
					t.Fatalf("format %s, %s: %v", format, tt.name, err)
				}
				if len(metrics) != 4 || math.Abs(metrics[3].Test.ELBO()-tt.elbo) > 2e-3 {
					t.Errorf("format %s, %s: %d epochs, the last with %+v; want 4, and an ELBO of %g", format, tt.name, len(metrics), metrics[len(metrics)-1].Test, tt.elbo)
				}
				if said := strings.Contains(strings.Join(warnings, "\n"), "predecessor"); said != damage {
					t.Errorf("format %s, %s: damaged %v, warnings %q", format, tt.name, damage, warnings)
				}
				if _, err := models.Load(o.Dir); err != nil {
					t.Error(err)
				}
			}
		}
	}
}
