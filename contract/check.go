package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

// count is the number of values that are kept of each output.
const count = 16

// Check holds the values by which a program that runs a file can test itself: the content
// of the metadata entry [KeyCheck]. The package documentation tells its form.
type Check struct {
	Tolerance float64 `json:"tolerance"`
	Cases     []Case  `json:"cases"`
}

// Case is one batch and what comes out.
type Case struct {
	Rows    int // the batch
	Inputs  []Input
	Outputs []Output
}

// Input is a tensor of a case, given by a formula.
type Input struct {
	Name string `json:"name"`
	Formula
}

// Formula gives the elements of an input: element i is
// Offset + Scale * ((i*Step) mod Modulus) / Modulus.
type Formula struct {
	Step    int     `json:"step"`
	Modulus int     `json:"modulus"`
	Scale   float64 `json:"scale"`
	Offset  float64 `json:"offset"`
}

// Values returns the first n elements.
func (f Formula) Values(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(f.Offset + f.Scale*float64(i*f.Step%f.Modulus)/float64(f.Modulus))
	}
	return x
}

// caseText is a case in JSON. One input stands in the case itself, as in format 1; several
// are a list.
type caseText struct {
	Rows     int      `json:"rows"`
	Input    string   `json:"input,omitempty"`
	*Formula          // of Input
	Inputs   []Input  `json:"inputs,omitempty"`
	Outputs  []Output `json:"outputs"`
}

// MarshalJSON writes the case in the oldest format that can say it.
func (c Case) MarshalJSON() ([]byte, error) {
	text := caseText{Rows: c.Rows, Inputs: c.Inputs, Outputs: c.Outputs}
	if len(c.Inputs) == 1 {
		text.Input, text.Formula, text.Inputs = c.Inputs[0].Name, &c.Inputs[0].Formula, nil
	}
	return json.Marshal(text)
}

// UnmarshalJSON reads either format.
func (c *Case) UnmarshalJSON(data []byte) error {
	var text caseText
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*c = Case{text.Rows, text.Inputs, text.Outputs}
	if text.Formula != nil {
		if text.Inputs != nil {
			return errors.New("a case has one input or a list of them, not both")
		}
		c.Inputs = []Input{{text.Input, *text.Formula}}
	}
	return nil
}

// Output are a few values of one output.
type Output struct {
	Name   string    `json:"name"`
	Mean   float32   `json:"mean"`
	Values []float32 `json:"values"`
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
// o, as [Difference] measures it over the values and the mean. It is +Inf if there are
// none.
func (o Output) Difference(elements []float32) float64 {
	if len(elements) == 0 || len(o.Values) < count {
		return math.Inf(1)
	}
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
func (c Check) Text() (string, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("the model computes values that are not finite (%w): its weights are of no use", err)
	}
	return string(text), nil
}

// Limits keep the text of a file from asking for much memory or an overflow.
const (
	maxCases  = 16
	maxRows   = 64
	maxInputs = 16
	maxNumber = 1 << 20
)

// ParseCheck reads the entry's text.
func ParseCheck(text string) (Check, error) {
	var check Check
	if err := readJSON(text, &check); err != nil {
		return Check{}, err
	}
	if len(check.Cases) < 1 || len(check.Cases) > maxCases || !(check.Tolerance > 0) {
		return Check{}, fmt.Errorf("which has %d cases with tolerance %g: want 1 to %d cases and a tolerance above 0", len(check.Cases), check.Tolerance, maxCases)
	}
	for i, c := range check.Cases {
		if err := c.validate(); err != nil {
			return Check{}, fmt.Errorf("whose case %d is damaged: %w", i, err)
		}
	}
	return check, nil
}

func (c Case) validate() error {
	switch {
	case c.Rows < 1 || c.Rows > maxRows:
		return fmt.Errorf("rows %d: want from 1 to %d", c.Rows, maxRows)
	case len(c.Inputs) < 1 || len(c.Inputs) > maxInputs:
		return fmt.Errorf("%d inputs: want from 1 to %d", len(c.Inputs), maxInputs)
	case len(c.Outputs) == 0:
		return errors.New("no outputs")
	}
	for _, in := range c.Inputs {
		if in.Step < 0 || in.Step > maxNumber || in.Modulus < 1 || in.Modulus > maxNumber {
			return fmt.Errorf("step %d, modulus %d: want at most %d", in.Step, in.Modulus, maxNumber)
		}
	}
	for _, o := range c.Outputs {
		if len(o.Values) != count {
			return fmt.Errorf("output %.40q has %d values, want %d", o.Name, len(o.Values), count)
		}
	}
	return nil
}
