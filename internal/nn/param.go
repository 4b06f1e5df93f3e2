package nn

import (
	"math"
	"slices"

	"govae/internal/random"
)

// chw returns the dimensions of s in file order, those of a vector as one pixel's.
func chw(s Shape) []int {
	if s.IsVector() {
		return []int{s.C, 1, 1}
	}
	return []int{s.C, s.H, s.W}
}

// Param is one tensor of parameters.
type Param struct {
	Name  string    // as in the files: "encoder/conv_0/weight"
	Shape []int     // as in the files
	Value []float32 // in memory order
	// Gain scales the initial values, which are uniform numbers of +-Gain/sqrt(fan in),
	// where fan in is the number of values that the layer adds up for one output. A
	// layer's parameters start at 1.
	Gain float64
	// Later says that files of older versions lack this tensor; its values are 0 then.
	Later bool

	offset int   // of Value in the model's vector of all parameters
	axes   []int // Shape, with the axes that memory order takes apart split up
	perm   []int // memory axis i is axes[perm[i]]; nil where the orders agree
	fanIn  int   // 0 for parameters that all start at start
	start  float32
	out    int   // the axis of Shape with the layer's output channels
	coded  coded // how files hold Value where that is not as float32
}

// Len returns the number of values.
func (p *Param) Len() int { return product(p.Shape) }

// Matrix returns the shape of a layer's weight in memory as a matrix, with a row for each
// value that an output adds up and a column for each output; of a transposed convolution
// the columns are its inputs. It returns 0, 0 for other parameters, such as biases.
func (p *Param) Matrix() (rows, columns int) {
	if len(p.Shape) < 2 || p.perm == nil {
		return 0, 0
	}
	return p.Len() / p.Shape[0], p.Shape[0]
}

// In returns p's part of a vector that is laid out like all the model's
// parameters, such as a gradient.
func (p *Param) In(all []float32) []float32 { return all[p.offset : p.offset+p.Len()] }

// ToFile returns a function that copies a part of a tensor like p, from value number first on,
// from memory order to that of the files.
func (p *Param) ToFile(memory []float32) func(dst []float32, first int) {
	if p.perm == nil {
		return func(dst []float32, first int) { copy(dst, memory[first:]) }
	}
	stride, row := p.rows()
	return func(dst []float32, first int) {
		r, from := first/len(row), first%len(row)
		for i := 0; i < len(dst); r, from = r+1, 0 {
			values := memory[r*stride:]
			for _, at := range row[from:min(len(row), from+len(dst)-i)] {
				dst[i] = values[at]
				i++
			}
		}
	}
}

// FromFile copies a tensor like p from the order of the files to memory order.
func (p *Param) FromFile(memory, src []float32) {
	if p.perm == nil {
		copy(memory, src)
		return
	}
	stride, row := p.rows()
	for r := range p.axes[0] {
		for i, at := range row {
			memory[r*stride+at] = src[r*len(row)+i]
		}
	}
}

// rows returns where the values of a file lie in memory: the distance between its rows, and the
// places of a row's values from its start, in the file's order.
func (p *Param) rows() (stride int, places []int) {
	strides := make([]int, len(p.axes)) // of the file's axes in memory
	for i, s := len(p.perm)-1, 1; i >= 0; i-- {
		strides[p.perm[i]] = s
		s *= p.axes[p.perm[i]]
	}
	places = make([]int, 1, p.Len()/p.axes[0])
	for a, n := range p.axes[1:] {
		outer := slices.Clone(places)
		places = places[:0]
		for _, at := range outer {
			for i := range n {
				places = append(places, at+i*strides[1+a])
			}
		}
	}
	return strides[0], places
}

// Initialise sets p to its initial values: uniform numbers, weights and biases alike, and
// those of a normalisation to 1 and 0. They are drawn in file order, from the seed's stream
// number index, so that the memory layout does not change a model.
func (p *Param) Initialise(seed uint64, index int) {
	if p.fanIn == 0 {
		for i := range p.Value {
			p.Value[i] = p.start
		}
		return
	}
	file := make([]float32, p.Len())
	bound := p.Gain / math.Sqrt(float64(p.fanIn))
	s := random.New(seed, random.Init, 0, uint32(index))
	for i := range file {
		file[i] = float32(bound * (2*s.Float64() - 1))
	}
	p.FromFile(p.Value, file)
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}
