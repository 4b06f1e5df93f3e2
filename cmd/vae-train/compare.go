package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/internal/atomicfile"
	"govae/picture"
	"govae/train"
)

// compare is the subcommand that looks at runs which were trained.
func compare(app *cli.App) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "compare RUN…",
		Short: "Compare training runs: a table, and their curves in one picture",
		Long: `Compare training runs, each given by its model directory, by the ELBO of their test
images: a table on the standard output, and the curves by epoch and by seconds of training
in one picture. A run need not be over.`,
		Example: `  vae-train compare vae-model second-model
  vae-train compare runs/* --out runs.png`,
		Args: func(_ *cobra.Command, runs []string) error {
			return cli.Want(len(runs) > 0, "no run: give the directories of training runs")
		},
		RunE: func(cmd *cobra.Command, runs []string) error {
			if err := cmp.Or(cli.Want(out != "", "--out is empty: give a file"), cli.CheckOutputs(nil, nil, out)); err != nil {
				return err
			}
			isFile := func(path string) bool { // as runs/* has, with pictures among the runs
				info, err := os.Stat(path)
				return err == nil && !info.IsDir()
			}
			if !slices.ContainsFunc(runs, func(path string) bool { return !isFile(path) }) {
				return cli.Usagef("%s is no run: give the directories of training runs", runs[0])
			}
			runs = slices.DeleteFunc(runs, isFile)
			var all []comparison
			for _, dir := range runs {
				metrics, err := train.ReadMetrics(dir)
				if err != nil {
					return err
				}
				all = append(all, newComparison(dir, metrics))
			}
			if err := noteDifferences(app, runs); err != nil {
				return err
			}
			var curves []picture.TrainingRun
			for _, c := range all {
				curves = append(curves, c.curves)
			}
			if err := picture.Runs(out, curves...); err != nil {
				return err
			}
			if atomicfile.IsStdout(out) { // the picture is there
				return nil
			}
			if err := table(cmd.OutOrStdout(), all); err != nil {
				return err
			}
			app.Printf("wrote %s", out)
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "compare.png", "picture of the curves")
	return cmd
}

// decisive are the settings, by their names in config.json, that must agree for two ELBOs to be
// comparable.
var decisive = []string{"data", "image", "likelihood", "binarize"}

// noteDifferences prints which decisive settings of the runs differ from those of the first one.
func noteDifferences(app *cli.App, runs []string) error {
	var first *train.Started
	var different []string
	for _, dir := range runs {
		run, err := train.StartedWith(dir)
		switch {
		case err != nil:
			return err
		case run == nil:
			continue
		case first == nil:
			first = run
		}
		for _, name := range decisive {
			if !reflect.DeepEqual(run.Used[name], first.Used[name]) && !slices.Contains(different, name) {
				different = append(different, name)
			}
		}
	}
	if different != nil {
		app.Notef("these runs differ in %s: their elbo compares only where test images and likelihood are the same", strings.Join(different, ", "))
	}
	return nil
}

// comparison are the figures of a run.
type comparison struct {
	curves     picture.TrainingRun
	best, last train.Metrics
	toBest     float64 // seconds
	rate       float64 // images per second, over all epochs
}

func newComparison(dir string, metrics []train.Metrics) comparison {
	c := comparison{curves: picture.TrainingRun{Name: dir}}
	var seconds, images float64
	for i, m := range metrics {
		seconds += m.Seconds
		images += m.ImagesPerSecond * m.Seconds
		c.curves.Epoch = append(c.curves.Epoch, m.Epoch)
		c.curves.Seconds = append(c.curves.Seconds, seconds)
		c.curves.Train = append(c.curves.Train, m.Train.ELBO())
		c.curves.Test = append(c.curves.Test, m.Test.ELBO())
		if i == 0 || m.Test.ELBO() > c.best.Test.ELBO() {
			c.best, c.toBest = m, seconds
		}
		c.last = m
	}
	if seconds > 0 {
		c.rate = images / seconds
	}
	return c
}

// table prints the figures, a line for each run.
func table(out io.Writer, all []comparison) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "run\tepochs\tbest test elbo\tof epoch\tseconds to it\tlast\timages/s\tbits/dim")
	for _, c := range all {
		bits := "-"
		if b := c.best.Test.BitsPerDimension; b != 0 {
			bits = fmt.Sprintf("%.3f", b)
		}
		fmt.Fprintf(w, "%s\t%d\t%.2f\t%d\t%.1f\t%.2f\t%.0f\t%s\n",
			c.curves.Name, c.last.Epoch, c.best.Test.ELBO(), c.best.Epoch, c.toBest, c.last.Test.ELBO(), c.rate, bits)
	}
	return w.Flush()
}
