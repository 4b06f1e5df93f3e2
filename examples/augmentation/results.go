package main

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"govae/picture"
)

// cell is a place in a table: what the VAE has seen (empty where there is none),
// the arm, and the number of real images per class.
type cell struct {
	saw, arm string
	k        int
}

// results hold one value per seed for every cell.
type results struct {
	settings
	test, total int                // images of the test and of the training split
	judge       float64            // accuracy of the judging classifier on the test images
	accuracy    map[cell][]float64 // on the test images
	kept        map[cell][]float64 // share of synthetic images that have their class for the judge
}

// add adds the results of a seed.
func (r *results) add(at cell, accuracy, kept float64) {
	r.accuracy[at] = append(r.accuracy[at], accuracy)
	r.kept[at] = append(r.kept[at], kept)
}

// arms are the rows of a table and the curves of a picture.
func arms(saw string) []cell {
	all := []cell{{"", nothing, 0}, {"", shifts, 0}}
	switch saw {
	case "":
		return all
	case sawLabels:
		return append(all, cell{saw, samples, 0}, cell{saw, sure, 0}, cell{saw, shiftsSure, 0}, cell{saw, shiftsMany, 0}, cell{saw, shiftsNear, 0}, cell{saw, pseudo, 0}, cell{saw, shiftsPseudo, 0}, cell{saw, itself, 0})
	case sawAll:
		return append(all, cell{saw, jitter, 0}, cell{saw, interpolation, 0}, cell{saw, shiftsJitter, 0}, cell{saw, codes, 0})
	}
	return append(all, cell{saw, jitter, 0}, cell{saw, interpolation, 0}, cell{saw, shiftsJitter, 0})
}

// told reports whether the labels of all images of an arm are told by a VAE or a classifier, and
// none is moved, which the judge does not know.
func (c cell) told() bool {
	return slices.Contains([]string{jitter, interpolation, samples, sure, pseudo}, c.arm)
}

// print writes the tables in Markdown.
func (r *results) print(w io.Writer) {
	gains, kept := arms("")[1:], []cell(nil)
	for _, saw := range r.saw {
		gains = append(gains, arms(saw)[2:]...)
		for _, arm := range arms(saw) {
			if arm.told() {
				kept = append(kept, arm)
			}
		}
		fmt.Fprintf(w, "\nAccuracy on %d test images in %%; the VAE saw %s.\n\n", r.test, saw)
		r.table(w, r.accuracy, arms(saw))
	}
	fmt.Fprintf(w, "\nGain over the real images alone in percentage points, seed by seed.\n\n")
	r.table(w, r.gain(), gains)
	fmt.Fprintf(w, "\nShare of synthetic images in %% to which a classifier trained on all %d labelled images (test accuracy %.1f %%) gives the class that they carry.\n\n", r.total, 100*r.judge)
	r.table(w, r.kept, kept)
}

// gain returns what each accuracy is above that of the same seed without augmentation.
func (r *results) gain() map[cell][]float64 {
	gains := map[cell][]float64{}
	for at, accuracy := range r.accuracy {
		gains[at] = floats.SubTo(make([]float64, r.seeds), accuracy, r.accuracy[cell{"", nothing, at.k}])
	}
	return gains
}

// table writes mean ± standard deviation over the seeds.
func (r *results) table(w io.Writer, values map[cell][]float64, rows []cell) {
	fmt.Fprint(w, "| beside the real images |")
	for _, k := range r.sizes {
		fmt.Fprintf(w, " %d per class |", k)
	}
	fmt.Fprint(w, "\n|---|")
	for range r.sizes {
		fmt.Fprint(w, "---|")
	}
	fmt.Fprintln(w)
	for _, row := range rows {
		name := row.arm
		if row.saw != "" {
			name += ", VAE of " + row.saw
		}
		fmt.Fprintf(w, "| %s |", name)
		for _, k := range r.sizes {
			row.k = k
			mean, deviation := stat.MeanStdDev(values[row], nil)
			percent := math.Round(1000*mean)/10 + 0 // the sum makes -0 a 0
			fmt.Fprintf(w, " %.1f ± %.1f |", percent, 100*deviation)
		}
		fmt.Fprintln(w)
	}
}

// plot draws the accuracies, a panel for each VAE.
func (r *results) plot(path string) error {
	var panels []*plot.Plot
	for _, saw := range r.saw {
		p, err := r.panel(saw)
		if err != nil {
			return err
		}
		panels = append(panels, p)
	}
	const each, height, dpi = 4.5 * vg.Inch, 3.8 * vg.Inch, 90
	c := vgimg.NewWith(vgimg.UseWH(each*vg.Length(len(panels)), height), vgimg.UseDPI(dpi))
	tiles := draw.Tiles{Rows: 1, Cols: len(panels), PadX: 16, PadTop: 8, PadBottom: 8, PadLeft: 8, PadRight: 8}
	for i, p := range panels {
		for _, other := range panels {
			p.Y.Min, p.Y.Max = min(p.Y.Min, other.Y.Min), max(p.Y.Max, other.Y.Max)
		}
		p.Draw(tiles.At(draw.New(c), i, 0))
	}
	return picture.WritePNG(path, c.Image())
}

// panel draws the accuracies with their standard deviations over the number of images.
func (r *results) panel(saw string) (*plot.Plot, error) {
	colors := []color.Color{
		color.Gray{Y: 130}, color.RGBA{0, 114, 178, 255}, color.RGBA{230, 120, 0, 255}, color.RGBA{0, 158, 115, 255},
		color.RGBA{204, 121, 167, 255}, color.RGBA{86, 180, 233, 255}, color.Black, color.RGBA{240, 228, 66, 255},
		color.RGBA{110, 60, 20, 255}, color.RGBA{120, 90, 200, 255},
	}
	p := plot.New()
	p.Title.Text = "VAE of " + saw
	p.Title.Padding = 6
	p.X.Label.Text, p.Y.Label.Text = "real images per class", "test accuracy in %"
	for _, style := range []*text.Style{&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle} {
		style.Font.Variant = "Sans"
	}
	var ticks plot.ConstantTicks
	for _, k := range r.sizes {
		ticks = append(ticks, plot.Tick{Value: float64(k), Label: fmt.Sprint(k)})
	}
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, ticks
	p.Y.Tick.Marker = plot.TickerFunc(fives)
	p.Legend.Padding = 3
	for i, row := range arms(saw) {
		aside := 1 + 0.02*float64(i-2) // so that no bar hides another
		var points errorPoints
		for _, k := range r.sizes {
			row.k = k
			mean, deviation := stat.MeanStdDev(r.accuracy[row], nil)
			points.XYs = append(points.XYs, plotter.XY{X: float64(k) * aside, Y: 100 * mean})
			points.YErrors = append(points.YErrors, struct{ Low, High float64 }{100 * deviation, 100 * deviation})
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return nil, err
		}
		bars, err := plotter.NewYErrorBars(points)
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = colors[i], 1.5
		dots.Color, dots.Shape, dots.Radius = colors[i], draw.CircleGlyph{}, 2
		bars.Color = colors[i]
		p.Add(line, dots, bars)
		p.Legend.Add(row.arm, line)
	}
	p.X.Min, p.X.Max = 0.9*p.X.Min, 1.1*p.X.Max
	return p, nil
}

// fives marks the multiples of five.
func fives(lo, hi float64) (ticks []plot.Tick) {
	for v := 5 * math.Ceil(lo/5); v <= hi; v += 5 {
		ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprint(v)})
	}
	return ticks
}

// errorPoints are points with the length of their error bars.
type errorPoints struct {
	plotter.XYs
	plotter.YErrors
}
