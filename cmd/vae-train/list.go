package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"govae/dataset"
	"govae/models"
	"govae/train"
)

// list says in a line each what can be chosen.
func list(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "architectures (--arch)")
	for _, name := range models.Architectures() {
		fmt.Fprintf(w, "  %s\t%s\n", name, models.ArchitectureLine(name))
	}
	fmt.Fprintln(w, "\nlikelihoods (--likelihood)")
	for _, name := range models.Likelihoods() {
		fmt.Fprintf(w, "  %s\t%s\n", name, models.LikelihoodLine(name))
	}
	fmt.Fprintln(w, "\naugmentations (--augment)")
	for _, a := range train.Augmentations() {
		fmt.Fprintf(w, "  %s\t%s\n", a.Name, a.Does)
	}
	fmt.Fprintln(w, "\nschedules of the learning rate (--schedule)")
	fmt.Fprintf(w, "  %s\tis the same in each step\n", constant)
	for _, kind := range train.Courses() {
		fmt.Fprintf(w, "  %s\t%s\n", kind, train.CourseLine(kind))
	}
	fmt.Fprintln(w, "\narithmetic (--compute)")
	for _, name := range train.Computes() {
		fmt.Fprintf(w, "  %s\t%s\n", name, train.ComputeLine(name))
	}
	fmt.Fprintln(w, "\npresets (--preset)")
	for _, p := range presets {
		fmt.Fprintf(w, "  %s\t%s\n\t%v\n", p.name, p.line, p)
	}
	fmt.Fprintln(w, "\nsources (--data)")
	for _, s := range dataset.Named() {
		fmt.Fprintf(w, "  %s\t%s\n", s.Name, s.About)
	}
	for _, s := range dataset.Kinds() {
		fmt.Fprintf(w, "  %s\t%s\n", s.Name, s.About)
	}
	return w.Flush()
}
