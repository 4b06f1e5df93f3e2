// Command vae-train fits a variational autoencoder to images.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"govae/cmd/internal/advice"
	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/internal/kernel"
	"govae/models"
	"govae/train"
)

const help = `Fits a variational autoencoder to images and writes a model directory:
weights, checkpoint, metrics and pictures. Stop it with Ctrl-C at any time and
go on with --resume.

The data is one of
  digits    built in: digits drawn from fonts, no download (the default)
  mnist     downloaded once into the user's cache
  FOLDER    of IDX files, or of PNG, JPEG and GIF images of one size, with or without
            a subfolder for each class
  FILE.npy  of images, uint8 or float in [0, 1]

--config reads settings from a JSON file whose keys are the names of flags, as in
{"data": "photos/", "latent": 16, "hidden": [400, 200]}; flags on the command line go
before it. The config.json of a model directory is such a file too: it holds all settings
of its run, with what the run has chosen itself, and --config repeats it.`

const examples = `  vae-train
  vae-train --data mnist --epochs 30 --latent 2
  vae-train --data photos/ --latent 16 --out photos-model
  vae-train --arch mlp --hidden 400,200 --activation tanh
  vae-train --init vae-model/model.safetensors --lr 1e-4 --out tuned-model
  vae-train --data photos/ --time 10m
  vae-train --config vae-model/config.json --seed 1 --out second-model
  vae-train --resume --epochs 60`

// flags are the command's arguments.
type flags struct {
	data, out     string
	init          string
	limit         int
	resume, force bool
	model         models.Config
	hidden        []int
	activation    string
	sigma         string
	train         train.Options
	lr, beta      float64
	cpuProfile    string
	config        string
	filed         []string // the flags that have their values from the file config
	list          bool
}

func main() { cli.Main("vae-train", build) }

func build(app *cli.App) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:     "vae-train",
		Short:   "Fit a variational autoencoder to images",
		Long:    help,
		Example: examples,
		Args:    cli.NoArgs("--data"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.list {
				return list(cmd.OutOrStdout())
			}
			if f.resume {
				if err := f.restore(cmd.Flags()); err != nil {
					return err
				}
			}
			if err := f.check(cmd.Flags()); err != nil {
				return f.placed(err)
			}
			if err := cmp.Or(f.checkModel(), train.CheckDir(train.Options{Dir: f.out, Resume: f.resume, Force: f.force})); err != nil {
				return err
			}
			stop, err := profile(f.cpuProfile)
			if err != nil {
				return err
			}
			return errors.Join(f.run(cmd.Context(), app, cmd.Flags()), stop())
		},
	}
	p := cmd.Flags()
	p.SortFlags = false
	app.Configure = f.configure
	p.StringVar(&f.data, "data", "digits", "images: digits, mnist, a folder, an IDX or a .npy file")
	p.StringVar(&f.out, "out", "vae-model", "model directory to write")
	p.StringVar(&f.model.Arch, "arch", "conv", "architecture: "+strings.Join(models.Architectures(), " or "))
	p.IntSliceVar(&f.hidden, "hidden", []int{400}, "widths `W,…` of the hidden layers of --arch mlp")
	p.StringVar(&f.activation, "activation", "relu", "activation of --arch mlp: relu or tanh")
	p.IntVar(&f.model.Latent, "latent", 2, "latent dimensions")
	p.StringVar(&f.model.Likelihood, "likelihood", models.Bernoulli, "likelihood of a pixel: bernoulli or gaussian")
	p.StringVar(&f.sigma, "sigma", "0.1", "standard deviation of --likelihood gaussian: a number, or learned")
	p.StringVar(&f.init, "init", "", "safetensors file with the weights to start from, instead of random ones")
	p.Float64Var(&f.beta, "beta", 1, "weight of the KL term")
	p.IntVar(&f.train.Epochs, "epochs", 30, "passes over the training images")
	p.DurationVar(&f.train.Time, "time", 0, "train for about this `TIME`, such as 10m, in place of --epochs")
	p.IntVar(&f.train.Batch, "batch", 128, "images per step")
	p.Float64Var(&f.lr, "lr", 1e-3, "learning rate of Adam")
	p.Uint64Var(&f.train.Seed, "seed", 0, "seed of initialisation, order and noise")
	p.IntVar(&f.limit, "limit", 0, "use only the first N training images (0: all)")
	p.Float64Var(&f.train.ValFraction, "val-fraction", 0, "fraction of the training images that chooses the best epoch")
	p.StringVar(&f.config, "config", "", "JSON `FILE` of settings: flags' names and values, or the config.json of a run")
	p.BoolVar(&f.list, "list", false, "show the architectures, likelihoods and sources, and do nothing else")
	p.StringVar(&f.cpuProfile, "cpuprofile", "", "write a CPU profile for go tool pprof to this file")
	p.BoolVar(&f.resume, "resume", false, "go on with the run in --out")
	p.BoolVar(&f.force, "force", false, "overwrite the run in --out")
	advice.Command(cmd, advices()...)
	return cmd
}

// ranges say what numbers flags take.
var ranges = map[string]string{
	"latent":       ": want a whole number, at least 1",
	"epochs":       ": want a whole number, at least 1",
	"batch":        ": want a number of images, at least 1",
	"limit":        ": want a number of images, or 0 for all",
	"lr":           ": want a positive number, such as 0.001",
	"beta":         ": want 0 or a positive number",
	"val-fraction": ": want 0, or a number between 0 and 1",
}

// check finds what is wrong with the flags before any data is loaded, and
// completes f from them.
func (f *flags) check(p *pflag.FlagSet) error {
	for _, number := range []struct {
		flag string
		ok   bool
	}{
		{"latent", f.model.Latent >= 1},
		{"epochs", f.train.Epochs >= 1},
		{"batch", f.train.Batch >= 1},
		{"limit", f.limit >= 0},
		{"lr", f.lr > 0 && f.lr <= math.MaxFloat64},
		{"beta", f.beta >= 0 && f.beta <= math.MaxFloat64},
		{"val-fraction", f.train.ValFraction >= 0 && f.train.ValFraction < 1},
	} {
		if !number.ok {
			return cli.Usagef("--%s %v: out of range%s", number.flag, p.Lookup(number.flag).Value, ranges[number.flag])
		}
	}
	if err := f.checkTime(p); err != nil {
		return err
	}
	if f.out == "" {
		return cli.Usagef("--out is empty: give a directory for the model")
	}
	if f.resume && f.force {
		return cli.Usagef("--resume and --force exclude each other")
	}
	if f.model.Arch == "mlp" {
		f.model.Hidden, f.model.Activation = f.hidden, f.activation
	} else if p.Changed("hidden") || p.Changed("activation") {
		return cli.Usagef("--hidden and --activation belong to --arch mlp")
	}
	if f.model.Likelihood != models.Gaussian {
		if p.Changed("sigma") {
			return cli.Usagef("--sigma belongs to --likelihood gaussian")
		}
		return nil
	}
	if f.sigma == "learned" {
		f.model.LearnSigma = true
		return nil
	}
	sigma, err := strconv.ParseFloat(f.sigma, 64)
	if err != nil || !(sigma > 0) || math.IsInf(sigma, 0) {
		return cli.Usagef("--sigma %s: give a positive number, or learned", f.sigma)
	}
	f.model.Sigma = sigma
	return nil
}

func (f *flags) run(ctx context.Context, app *cli.App, p *pflag.FlagSet) error {
	download := meter{app: app, unit: "bytes"}
	source, err := dataset.Open(f.data, dataset.Options{Limit: f.limit, Progress: func(done, total int64) {
		download.show(int(done), int(total), "download")
	}})
	if err != nil {
		return err
	}
	data, err := source.Load(ctx)
	download.stop()
	if err != nil {
		return err
	}
	f.model.Image, f.model.Labels = data.Train.Shape, data.Classes
	m, err := models.New(f.model, f.train.Seed)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	// A run that goes on has its weights in its checkpoint.
	if f.init != "" && !(f.resume && train.Resumable(f.out)) {
		err := m.LoadWeights(f.init)
		if _, ok := errors.AsType[*fs.PathError](err); ok {
			return fmt.Errorf("--init %s: no weights can be read there (%w): give the %s of a model directory", f.init, err, models.WeightsFile)
		}
		if err != nil {
			return fmt.Errorf("--init: %w", err)
		}
	}
	k, err := kernel.New(1)
	if err != nil {
		return err
	}
	defer k.Close()
	app.Printf("%s, latent %d, %d parameters; %s: %d images of %v, %d for test; kernel %s, %d threads",
		m.Config.Arch, m.Config.Latent, len(m.Theta), data.Name, data.Train.Len(), data.Train.Shape, data.Test.Len(), k.Name(), app.Threads)

	if k.Name() == "gonum" {
		app.Notef("vae-train: the %s kernel is slow: a processor with AVX2 or AVX-512 trains ten times as fast", k.Name())
	}

	o := f.train
	o.Dir, o.Resume, o.Force, o.Threads, o.Note = f.out, f.resume, f.force, app.Threads, note(p)
	o.LR, o.Beta = train.Constant(f.lr), train.Constant(f.beta)
	f.addTime(app, &o)
	epoch := meter{app: app, unit: "images"}
	defer epoch.stop()
	o.Warn = func(message string) { app.Notef("vae-train: %s", message) }
	o.OnStep = func(s train.Progress) {
		epoch.show(s.Images, s.Total, "epoch %s elbo %.2f rec %.2f kl %.2f", s.Position(), s.Train.ELBO(), s.Train.Reconstruction, s.Train.KL)
	}
	o.OnEpoch = func(e train.Metrics) {
		epoch.stop()
		app.Printf("epoch %s: train elbo %.2f (reconstruction %.2f, kl %.2f), test elbo %.2f, %.0f images/s",
			train.Progress{Epoch: e.Epoch, Epochs: f.train.Epochs}.Position(), e.Train.ELBO(), e.Train.Reconstruction, e.Train.KL, e.Test.ELBO(), e.ImagesPerSecond)
	}
	if _, err := train.Run(ctx, m, data, o); err != nil {
		return err
	}
	app.Printf("wrote %s", f.out)
	return nil
}

// profile starts a CPU profile in the file at path, if there is a path.
func profile(path string) (stop func() error, err error) {
	if path == "" {
		return func() error { return nil }, nil
	}
	file, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("--cpuprofile: %w", err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, err
	}
	return func() error {
		pprof.StopCPUProfile()
		return file.Close()
	}, nil
}

// meter shows how far a job is that tells so in absolute numbers.
type meter struct {
	app         *cli.App
	unit        string
	bar         *cli.Progress // nil while nothing is shown
	done, total int
}

func (m *meter) show(done, total int, format string, args ...any) {
	if done < m.done || total != m.total { // of another job, such as the next file
		m.stop()
	}
	if m.bar == nil {
		m.bar, m.done, m.total = m.app.Progress(total, m.unit), 0, total
	}
	m.bar.Describe(format, args...)
	m.bar.Add(done - m.done)
	m.done = done
}

func (m *meter) stop() {
	if m.bar != nil {
		m.bar.Stop()
		m.bar = nil
	}
}
