// Package checkvalues is the form of the metadata entry vae.check, by which a
// program that runs an exported file can test itself: for a few inputs, which are
// given by a formula, a few values of each output.
//
//	{"tolerance":1e-5,
//	 "cases":[
//	  {"rows":1,"step":37,"modulus":101,"scale":4,"offset":-2,"input":"z",
//	   "outputs":[{"name":"image","mean":0.1307,"values":[0.0012, ...]}]}]}
//
// Element i of a case's input, in row-major order over [rows, ...], is
// offset + scale * ((i*step) mod modulus) / modulus, computed in double precision
// and rounded to float32, which gives the same bits in every language. Of an
// output's n elements, values holds those at the indices floor(j*(n-1)/15) for
// j = 0..15, and mean the mean of all. An output passes if its [Output.Difference]
// is at most the tolerance.
package checkvalues

import (
	"encoding/json"
	"fmt"
	"math"
)

// Key is the name of the metadata entry.
const Key = "vae.check"

// count is the number of values that are kept of each output.
const count = 16

// Values is the content of the entry.
type Values struct {
	Tolerance float64 `json:"tolerance"`
	Cases     []Case  `json:"cases"`
}

// Case is one input and what comes out.
type Case struct {
	Rows    int      `json:"rows"` // the batch
	Input   string   `json:"input"`
	Step    int      `json:"step"`
	Modulus int      `json:"modulus"`
	Scale   float64  `json:"scale"`
	Offset  float64  `json:"offset"`
	Outputs []Output `json:"outputs"`
}

// Output are a few values of one output.
type Output struct {
	Name   string    `json:"name"`
	Mean   float32   `json:"mean"`
	Values []float32 `json:"values"`
}

// InputValues returns the input [Rows, width].
func (c Case) InputValues(width int) []float32 {
	x := make([]float32, c.Rows*width)
	for i := range x {
		x[i] = float32(c.Offset + c.Scale*float64(i*c.Step%c.Modulus)/float64(c.Modulus))
	}
	return x
}

// NewOutput takes the values from all elements of an output, at least one.
func NewOutput(name string, elements []float32) Output {
	o := Output{Name: name, Values: make([]float32, count)}
	for j := range o.Values {
		o.Values[j] = elements[j*(len(elements)-1)/(count-1)]
	}
	var sum float64
	for _, v := range elements {
		sum += float64(v)
	}
	o.Mean = float32(sum / float64(len(elements)))
	return o
}

// Difference is that between all elements of an output that a program computed and
// o, as [Difference] measures it over the values and the mean.
func (o Output) Difference(elements []float32) float64 {
	got := NewOutput(o.Name, elements)
	return Difference(append(got.Values, got.Mean), append(o.Values[:count:count], o.Mean))
}

// Difference is max|got-want| / max(1, max|want|), the measure of this project for
// how far two tensors are apart. It is +Inf where the lengths differ and where
// either holds a NaN.
func Difference(got, want []float32) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	diff, scale := 0.0, 1.0
	for i := range got {
		g, w := float64(got[i]), float64(want[i])
		d := math.Abs(g - w)
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		diff, scale = max(diff, d), max(scale, math.Abs(w))
	}
	return diff / scale
}

// Text returns the entry's text. It is an error if an output is not finite.
func (v Values) Text() (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("the model computes values that are not finite (%w): its weights are of no use", err)
	}
	return string(text), nil
}

// Limits keep the text of a file from asking for much memory or an overflow.
const (
	maxCases  = 16
	maxRows   = 64
	maxNumber = 1 << 20
)

// Parse reads the entry's text.
func Parse(text string) (Values, error) {
	var v Values
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return Values{}, err
	}
	if len(v.Cases) < 1 || len(v.Cases) > maxCases || !(v.Tolerance > 0) {
		return Values{}, fmt.Errorf("%d cases with tolerance %g: want 1 to %d cases and a tolerance above 0", len(v.Cases), v.Tolerance, maxCases)
	}
	for i, c := range v.Cases {
		if c.Rows < 1 || c.Rows > maxRows || c.Step < 0 || c.Step > maxNumber || c.Modulus < 1 || c.Modulus > maxNumber {
			return Values{}, fmt.Errorf("case %d: rows %d, step %d, modulus %d: rows must be from 1 to %d, the others at most %d", i, c.Rows, c.Step, c.Modulus, maxRows, maxNumber)
		}
		if len(c.Outputs) == 0 {
			return Values{}, fmt.Errorf("case %d: no outputs", i)
		}
		for _, o := range c.Outputs {
			if len(o.Values) != count {
				return Values{}, fmt.Errorf("case %d: output %q has %d values, want %d", i, o.Name, len(o.Values), count)
			}
		}
	}
	return v, nil
}
