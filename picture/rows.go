package picture

import (
	"fmt"

	"gonum.org/v1/plot"
)

// RowLabels are the texts of a [Rows] picture.
type RowLabels struct {
	Title   string
	Rows    []string  // one per row, on its left
	Columns []float64 // the value that each column stands for, below it
	X       string    // what these values are
}

// Rows writes a PNG of images in rows, one row per label, whose columns stand for
// growing or falling values: the walk along a latent dimension, or an edit of
// growing strength.
func Rows(path string, m Images, l RowLabels) error {
	columns := len(l.Columns)
	if err := check(m); err != nil {
		return err
	}
	if m.Len() != len(l.Rows)*columns {
		return fmt.Errorf("picture: %d images do not fill %d rows and %d columns", m.Len(), len(l.Rows), columns)
	}
	p := plot.New()
	sansSerif(p)
	p.Title.Text, p.X.Label.Text = l.Title, l.X
	p.Title.Padding = 8
	// Both axes count images; the first row is the top one.
	p.X.Min, p.X.Max = -0.5, float64(columns)-0.5
	p.Y.Min, p.Y.Max = -0.5, float64(len(l.Rows))-0.5
	every := (columns + 12) / 13 // as many labels as fit
	var x, y plot.ConstantTicks
	for i, label := range numbers(l.Columns) {
		if i%every == 0 {
			x = append(x, plot.Tick{Value: float64(i), Label: label})
		}
	}
	for i, text := range l.Rows {
		y = append(y, plot.Tick{Value: float64(len(l.Rows) - 1 - i), Label: rowText(i, text)})
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = x, y
	return mosaic(path, p, m, columns, gap)
}

// rowText is the text of row i, with its number where the font lacks characters, which would leave names alike.
func rowText(i int, name string) string {
	name = shorten(name, longestRow)
	if text := drawable(name); text != name {
		return fmt.Sprintf("%d %s", i, text)
	}
	return name
}
