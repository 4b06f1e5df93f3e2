package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"govae/dataset"
	"govae/models"
	"govae/train"
)

// list prints what can be chosen, a line for each choice.
func list(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, about string) { fmt.Fprintf(w, "  %s\t%s\n", name, about) }
	rows := func(names []string, about func(name string) string) {
		for _, name := range names {
			row(name, about(name))
		}
	}
	fmt.Fprintln(w, "architectures (--arch)")
	rows(models.Architectures(), models.ArchitectureLine)
	fmt.Fprintln(w, "\nlikelihoods (--likelihood)")
	rows(models.Likelihoods(), models.LikelihoodLine)
	fmt.Fprintln(w, "\naugmentations (--augment)")
	for _, a := range train.Augmentations() {
		row(a.Name, a.Does)
	}
	fmt.Fprintln(w, "\nschedules of the learning rate (--schedule)")
	row(constant, "is the same in each step")
	rows(train.Courses(), train.CourseLine)
	fmt.Fprintln(w, "\narithmetic (--compute)")
	rows(train.Computes(), train.ComputeLine)
	fmt.Fprintln(w, "\npresets (--preset)")
	for _, p := range presets {
		row(p.name, fmt.Sprintf("%s\n\t%v", p.line, p))
	}
	fmt.Fprintln(w, "\nsources (--data)")
	for _, s := range append(dataset.Named(), dataset.Kinds()...) {
		row(s.Name, s.About)
	}
	return w.Flush()
}
