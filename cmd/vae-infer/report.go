package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	"govae/infer"
	"govae/internal/atomicfile"
	"govae/internal/printable"
	"govae/latent"
)

// report is the JSON file: what was evaluated, and what came out.
type report struct {
	Data     string `json:"data,omitempty"` // empty for files that were named
	Split    string `json:"split,omitempty"`
	ModelID  string `json:"model_id,omitempty"`
	Engine   string `json:"engine"`
	Seed     uint64 `json:"seed"`
	Binarize string `json:"binarize,omitempty"`
	Prior    string `json:"prior,omitempty"` // the file of one in place of N(0, I)
	infer.Evaluation
}

// write writes the JSON file.
func (r report) write(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(path, append(text, '\n'))
}

// shown is the number of latent dimensions that the table names.
const shown = 8

// table writes the figures for people.
func (r report) table(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%s\t"+format+"\n", append([]any{name}, args...)...)
	}
	mean := func(e infer.Estimate, of int) string {
		if of < 2 { // which tell nothing of others
			return fmt.Sprintf("%.2f", e.Mean)
		}
		return fmt.Sprintf("%.2f ± %.2f", e.Mean, (e.Interval[1]-e.Interval[0])/2)
	}
	row("elbo", "%s nats", mean(r.ELBO, r.Images))
	if r.AlongMeans != 0 {
		row("elbo along the means", "%.2f nats", r.AlongMeans)
	}
	row("reconstruction", "%.2f nats", r.Reconstruction)
	kl := fmt.Sprintf("%.2f nats", r.KL)
	if r.Prior != "" {
		kl += " to " + r.Prior
	}
	row("kl", "%s", kl)
	l := r.LogLikelihood
	of := printable.Count(l.Images, "image", "images")
	if l.Images < r.Images {
		of = fmt.Sprintf("the first %d images, whose elbo is %.2f", l.Images, l.ELBO)
	}
	row("log-likelihood", "%s nats (%d draws, %s)", mean(l.Estimate, l.Images), l.Draws, of)
	if r.BitsPerDimension != 0 {
		row("bits per dimension", "%.4f (elbo), %.4f (log-likelihood)", r.BitsPerDimension, l.BitsPerDimension)
	}
	row("squared error", "%.6f", r.SquaredError)
	if r.VarianceOfMeans != nil {
		row("active units", "%d of %d", r.ActiveUnits, r.Latent)
	}
	if r.KLByGroup != nil {
		var parts []string
		for _, g := range r.KLByGroup {
			parts = append(parts, fmt.Sprintf("%s %.2f", printable.Name(g.Name), math.Abs(g.KL)))
		}
		row("kl by group", "%s", strings.Join(parts, ", "))
	}
	row("kl by dimension", "%s", largest(r.KLByDimension))
	if c := r.Codes; c != nil {
		row("class by code", "%.2f %% right by the nearest of %d, %.2f %% by a linear map", 100*c.Nearest, c.Learned, 100*c.Linear)
	}
	return w.Flush()
}

// largest names the dimensions with the largest values.
func largest(values []float64) string {
	var parts []string
	for i, k := range latent.Activity(values).Order() {
		if i == shown {
			parts = append(parts, fmt.Sprintf("and %d more", len(values)-shown))
			break
		}
		parts = append(parts, fmt.Sprintf("z[%d] %.2f", k, math.Abs(values[k]))) // without the sign of a -0.00
	}
	return strings.Join(parts, ", ")
}
