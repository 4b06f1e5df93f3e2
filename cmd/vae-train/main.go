// Command vae-train fits a variational autoencoder to images.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"runtime/pprof"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"govae/cmd/internal/advice"
	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/internal/atomicfile"
	"govae/internal/printable"
	"govae/models"
	"govae/train"
)

const help = `Fits a variational autoencoder to images and writes a model directory:
weights, checkpoint, metrics and pictures. Stop it with Ctrl-C at any time and
go on with --resume.

The data is one of
  digits    built in: digits drawn from fonts, no download (the default)
  mnist, fashion-mnist, kmnist
            downloaded once into the user's cache
  FOLDER    of IDX files, or of images (PNG, JPEG, GIF, BMP, TIFF, WebP, PBM, PGM, PPM)
            of any size, with or without a folder for each class; folders train, test
            and val are splits, and unlabelled holds images whose class is not known
  FILE.npy  of images, bytes or floats in [0, 1]; or FILE.npz of such arrays called x
            and y, or x_train, y_train, x_test and y_test

--config reads settings from a JSON file whose keys are the names of flags, as in
{"data": "photos/", "latent": 16, "hidden": [400, 200]}; flags on the command line go
before it. The config.json of a model directory is such a file too: it holds all settings
of its run, with what the run has chosen itself, and --config repeats it.`

const examples = `  vae-train
  vae-train --data mnist --epochs 30 --latent 2
  vae-train --data mnist --preset fast
  vae-train --data mnist --binarize dynamic --arch mlp --hidden 200,200 --latent 50 --importance 50
  vae-train --data photos/ --latent 16 --out photos-model
  vae-train --data photos/ --size 48x64 --fit pad --background white
  vae-train --arch mlp --hidden 400,200 --activation tanh
  vae-train --data mnist --conditional --latent 16
  vae-train --data mnist --conditional --latent 16 --labels-per-class 10
  vae-train --init vae-model/model.safetensors --lr 1e-4 --out tuned-model
  vae-train --data photos/ --time 10m
  vae-train --config vae-model/config.json --seed 1 --out second-model
  vae-train --resume --epochs 60
  vae-train compare vae-model second-model`

// flags are the command's arguments.
type flags struct {
	data, out              string
	init                   string
	source                 sourceFlags
	limit                  int
	scale                  float64
	resume, force          bool
	noCache                bool
	model                  models.Config
	hidden                 []int
	activation             string
	groups                 numbers
	likelihood             string
	augment                augment
	sigma                  string
	train                  train.Options
	lr, beta               float64
	optimizer, weightDecay string
	objective              objectiveFlags
	schedule               scheduleFlags
	preset                 string
	presetArch             bool // preset has chosen the architecture
	cpuProfile             string
	ranks                  ranks
	config                 string
	filed                  []string // the flags that have their values from the file config
	restored               bool     // the flags that were left out have their values from the run in out
	list                   bool
	watch                  bool
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
			if err := f.ranks.join(app); err != nil {
				return err
			}
			if err := f.ranks.Agree(f.prepare(cmd.Flags())); err != nil {
				return f.ranks.leave(err)
			}
			stop, err := f.profile()
			if err := f.ranks.Agree(err); err != nil {
				return f.ranks.leave(err)
			}
			err = f.watched(cmd.Context(), app, func() error { return f.run(cmd.Context(), app, cmd.Flags()) })
			return f.ranks.leave(errors.Join(err, stop()))
		},
	}
	p := cmd.Flags()
	p.SortFlags = false
	app.Configure = f.configure
	p.StringVar(&f.data, "data", "digits", "images: digits, mnist, fashion-mnist, kmnist, a folder, an IDX, .npy or .npz file")
	f.source.flags(p)
	p.StringVar(&f.out, "out", "vae-model", "model directory to write")
	f.addNetwork(p)
	f.addLikelihood(p)
	p.StringVar(&f.init, "init", "", "safetensors file with the weights to start from, instead of random ones")
	p.Float64Var(&f.beta, "beta", 1, "weight of the KL term")
	p.IntVar(&f.train.Epochs, "epochs", 30, "times to go through the training images, or so many times --passes")
	p.DurationVar(&f.train.Time, "time", 0, "train for about this `TIME`, such as 10m, in place of --epochs")
	p.IntVar(&f.train.Passes, "passes", 0, fmt.Sprintf("how often an epoch goes through the training images (default 1; without --epochs up to %d times for %d steps, or as often as makes %d)", fewPasses, enoughSteps, leastSteps))
	p.IntVar(&f.train.Batch, "batch", 0, "images per step (default 128; 32 with --arch residual or ladder)")
	f.addOptimiser(p)
	f.schedule.flags(p)
	f.objective.flags(p)
	f.addPreset(p)
	p.Uint64Var(&f.train.Seed, "seed", 0, "seed of initialisation, order and noise")
	p.IntVar(&f.limit, "limit", 0, "use only `N` training images: the first ones, or of a folder as many of each class (0: all)")
	p.Float64Var(&f.scale, "scale", 1, "multiply pixels by this `FACTOR`: 255 makes masks of 0 and 1 black and white, 16 uses the range of 12 bits in files of 16")
	p.Float64Var(&f.train.ValFraction, "val-fraction", 0, "fraction of the training images that chooses the best epoch")
	p.IntVar(&f.train.Patience, "patience", 0, "stop after `N` epochs without a better validation ELBO (0: never)")
	f.addReading(p)
	f.addLabels(p)
	p.BoolVar(&f.train.TensorBoard, "tensorboard", false, "write an event file for TensorBoard into --out too")
	f.ranks.flags(p)
	p.BoolVar(&f.watch, "watch", false, "show curves, reconstructions and samples of every epoch in the browser; keeps the pictures in --out")
	p.StringVar(&f.config, "config", "", "JSON `FILE` of settings: flags' names and values, or the config.json of a run")
	p.BoolVar(&f.list, "list", false, "show the architectures, likelihoods, presets and sources, and do nothing else")
	p.StringVar(&f.cpuProfile, "cpuprofile", "", "write a CPU profile for go tool pprof to this file")
	p.BoolVar(&f.resume, "resume", false, "go on with the run in --out")
	p.BoolVar(&f.force, "force", false, "overwrite the run in --out")
	cmd.AddCommand(compare(app), watchCommand(app))
	advice.Command(cmd, advices()...)
	return cmd
}

// prepare completes the flags, and finds what is wrong with them before any data is loaded.
func (f *flags) prepare(p *pflag.FlagSet) error {
	if f.resume {
		if err := f.restore(p); err != nil {
			return err
		}
	}
	if err := f.applyPreset(p); err != nil {
		return err
	}
	if err := f.check(p); err != nil {
		return f.placed(err)
	}
	if f.resume && !f.restored && !train.Resumable(f.out) && !f.asksForRun(p) {
		return fmt.Errorf("%s: holds no run to go on with: give its directory as --out, or --data to start one", f.out)
	}
	if err := f.checkModel(); err != nil || !f.ranks.First() { // whose directory it is
		return err
	}
	return train.CheckDir(train.Options{Dir: f.out, Resume: f.resume, Force: f.force})
}

// ranges say what numbers flags take.
var ranges = map[string]string{
	"latent":       ": want a whole number, at least 1",
	"width":        ": want a number of channels, at least 1",
	"depth":        ": want a number of blocks, at least 1",
	"epochs":       ": want a whole number from 1 to 2147483647",
	"passes":       ": want a whole number from 1 to 2147483647",
	"batch":        ": want a number of images, at least 1",
	"limit":        ": want a number of images, or 0 for all",
	"scale":        ": want a positive factor, at most 255",
	"lr":           ": want a positive number, such as 0.001",
	"beta":         ": want 0 or a positive number",
	"val-fraction": ": want 0, or a number between 0 and 1",
	"patience":     ": want a number of epochs, or 0",
}

// check finds what is wrong with the flags before any data is loaded, and
// completes f from them.
func (f *flags) check(p *pflag.FlagSet) error {
	least := func(flag string) int { // 0 is what a flag has that was left out: a suitable value
		if p.Changed(flag) {
			return 1
		}
		return 0
	}
	for _, number := range []struct {
		flag string
		ok   bool
	}{
		{"latent", f.model.Latent >= least("latent")},
		{"width", f.model.Width >= least("width")},
		{"depth", f.model.Depth >= least("depth")},
		{"epochs", f.train.Epochs >= 1 && f.train.Epochs <= math.MaxInt32},
		{"passes", f.train.Passes >= least("passes") && f.train.Passes <= math.MaxInt32},
		{"batch", f.train.Batch >= least("batch")},
		{"limit", f.limit >= 0},
		{"scale", f.scale > 0 && f.scale <= 255},
		{"lr", (f.lr > 0 || f.lr == 0 && !p.Changed("lr")) && f.lr <= math.MaxFloat64},
		{"beta", f.beta >= 0 && f.beta <= math.MaxFloat64},
		{"patience", f.train.Patience >= 0},
		{"val-fraction", f.train.ValFraction >= 0 && f.train.ValFraction < 1},
	} {
		if !number.ok {
			return cli.Usagef("--%s %v: out of range%s", number.flag, p.Lookup(number.flag).Value, ranges[number.flag])
		}
	}
	if _, err := f.source.options(dataset.Options{}); err != nil {
		return err
	}
	if err := f.checkOptimiser(); err != nil {
		return err
	}
	if err := f.checkTime(p); err != nil {
		return err
	}
	if err := f.checkSchedule(p); err != nil {
		return err
	}
	if err := f.checkObjective(); err != nil {
		return err
	}
	if err := cli.CheckOutputs([]string{f.config, f.init}, nil, f.cpuProfile); err != nil {
		return err
	}
	if f.out == "" {
		return cli.Usagef("--out is empty: give a directory for the model")
	}
	if _, err := os.Stat(f.data); err == nil && atomicfile.Same(f.data, f.out) {
		return cli.Usagef("--out %s: is the folder that --data reads: give another directory for the model", f.out)
	}
	if f.resume && f.force {
		return cli.Usagef("--resume and --force exclude each other")
	}
	if err := f.checkNetwork(p); err != nil {
		return err
	}
	if err := f.checkLabels(p); err != nil {
		return err
	}
	return f.checkLikelihood(p)
}

func (f *flags) run(ctx context.Context, app *cli.App, p *pflag.FlagSet) error {
	m, data, err := f.load(ctx, app)
	if err := f.ranks.Agree(err); err != nil {
		return err
	}
	return f.fit(ctx, app, p, m, data)
}

// load returns the data and the model to be trained on it.
func (f *flags) load(ctx context.Context, app *cli.App) (*models.VAE, *dataset.Data, error) {
	download := meter{app: app, unit: "bytes"}
	options, err := f.source.options(dataset.Options{Limit: f.limit, Scale: f.scale, Unlabelled: true, Progress: func(done, total int64) {
		download.show(int(done), int(total), "download")
	}})
	if err != nil {
		return nil, nil, err
	}
	var started *models.Config // of the run that goes on
	if f.resume {
		if saved, err := models.LoadSaved(f.out); err == nil { // else there is none, or it is reported where it is read
			started = &saved.Model
			options = f.source.asStarted(options, started)
		}
	}
	stopDecoding := f.show(app, &options)
	source, err := dataset.Open(f.data, options)
	if f.restored && errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%s: no such path from here: go on with the run in %s from the folder where it was started, or give --data", f.data, f.out)
	}
	if err != nil {
		return nil, nil, err
	}
	data, err := source.Load(ctx)
	download.stop()
	stopDecoding()
	if err != nil {
		return nil, nil, err
	}
	if err := f.checkPictures(data); err != nil {
		return nil, nil, err
	}
	if data.Report != nil {
		for _, line := range data.Report.Lines() {
			app.Printf("%s", line)
		}
	}
	warn(app, data.Warnings)
	if copies := data.Copies(); len(copies) >= 3 && 50*len(copies) >= data.Test.Len() {
		example := ""
		if c := copies[0]; c.Name != "" {
			example = fmt.Sprintf(" (%s of %s)", printable.Name(c.Name), printable.Name(c.Of))
		}
		app.Notef("vae-train: %d images for testing or validation are copies of images for training%s, which makes their elbo too good: leave copies out", len(copies), example)
	}
	if f.model.Conditional {
		if err := data.CheckLabels(); err != nil {
			return nil, nil, err
		}
	}
	f.model.Image, f.model.Labels = data.Train.Shape, data.Classes
	line, pictures, drawings := f.chooseLikelihood(data.Train, started)
	if line != "" {
		app.Printf("%s", line)
	}
	f.chooseAugment(data, pictures, drawings)
	m, err := models.New(f.model, f.train.Seed)
	if err != nil {
		return nil, nil, cli.Usagef("%w", err)
	}
	// A run that goes on has its weights in its checkpoint.
	if f.init != "" && !(f.resume && train.Resumable(f.out)) {
		err := m.LoadWeights(f.init)
		if _, ok := errors.AsType[*fs.PathError](err); ok {
			return nil, nil, fmt.Errorf("--init %s: no weights can be read there (%w): give the %s of a model directory", f.init, err, models.WeightsFile)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("--init: %w; give the --arch, --latent, --size and --conditional of its run", err)
		}
	}
	return m, data, nil
}

// fit trains the model, and tells how it goes.
func (f *flags) fit(ctx context.Context, app *cli.App, p *pflag.FlagSet, m *models.VAE, data *dataset.Data) error {
	if err := f.checkClassifier(p, data); err != nil {
		return err
	}
	if err := f.tellModel(app, m, data); err != nil {
		return err
	}
	f.tellPreset(app, m.Config)
	f.choosePasses(app, p, m, data.Training())
	o := f.train
	o.Dir, o.Resume, o.Force, o.Threads, o.Note = f.out, f.resume, f.force, app.Threads, note(p)
	o.Beta = f.objective.beta(f.beta)
	o.Cluster = f.ranks.engine()
	f.addTime(app, &o)
	epochs, stop := f.tellProgress(app, m, &o)
	defer stop()
	all, err := train.Run(ctx, m, data, o)
	if err != nil {
		return err
	}
	f.tellKept(app, all)
	tellByHeart(app, all, m.Config.Image.Len(), o.Augment != 0)
	if epochs() > 0 && !f.choosesEpochs(p) && f.train.Time == 0 {
		f.tellRising(app, all, m.Config.Image.Len())
	}
	tellUnused(app, all, m.LatentGroups())
	if epochs() == 0 {
		app.Notef("vae-train: the run in %s was complete, after epoch %d: more --epochs go on with it", f.out, len(all))
	}
	app.Printf("wrote %s", f.out)
	return nil
}

// profile starts a CPU profile of the first rank, if it has a file.
func (f *flags) profile() (stop func() error, err error) {
	if f.cpuProfile == "" || !f.ranks.First() {
		return func() error { return nil }, nil
	}
	file, err := os.Create(f.cpuProfile)
	if err != nil {
		return nil, fmt.Errorf("--cpuprofile: %w", err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return file.Close()
	}, nil
}
