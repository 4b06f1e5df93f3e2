package anomaly

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// subspace is an affine subspace near which the vectors of normal pictures lie, and their scatter
// around it. It explains what they have in common; each place is judged by the rest.
type subspace struct {
	Mean  vector `json:"mean"`  // [D]
	Basis matrix `json:"basis"` // [Q][D], orthonormal
	Along vector `json:"along"` // [Q], standard deviations of the coordinates
	Std   vector `json:"std"`   // [D], of what the basis does not explain, by place
}

// fitSubspace fits the subspace to the vectors x [n][D], and the scatter to other ones, held, as the
// vectors that a basis is fitted to are too near to it.
func fitSubspace(x, held [][]float32, dims int, smooth func(variance []float32)) subspace {
	n, d := len(x), len(x[0])
	s := subspace{Mean: make([]float32, d)}
	sums := make([]float64, d)
	for _, v := range x {
		for i, e := range v {
			sums[i] += float64(e)
		}
	}
	for i, sum := range sums {
		s.Mean[i] = float32(sum / float64(n))
	}
	s.Basis = principal(x, s.Mean, min(dims, n/8, d))
	s.Basis.round()
	s.Along, s.Std = make([]float32, len(s.Basis)), make([]float32, d)
	along := make([]float64, len(s.Basis))
	clear(sums)
	for _, v := range held {
		coordinates, rest := s.apart(v)
		for k, c := range coordinates {
			along[k] += c * c
		}
		for i, e := range rest {
			sums[i] += float64(e) * float64(e)
		}
	}
	var mean float64
	for i, sum := range sums {
		s.Std[i] = float32(sum / float64(len(held)))
		mean += float64(s.Std[i]) / float64(d)
	}
	smooth(s.Std)
	for i, variance := range s.Std {
		// A place that never changes in a few pictures may still do so.
		s.Std[i] = float32(math.Sqrt(float64(variance) + 0.05*mean + tiny))
	}
	for k, sum := range along {
		s.Along[k] = float32(math.Sqrt(sum/float64(len(held)) + 0.05*mean + tiny))
	}
	return s
}

// tiny keeps variances positive: a thousandth of a byte's step, squared.
const tiny = 1.5e-11

// apart splits a vector into its coordinates in the basis and the rest.
func (s *subspace) apart(v []float32) (coordinates []float64, rest []float32) {
	rest = make([]float32, len(v))
	for i, e := range v {
		rest[i] = e - s.Mean[i]
	}
	coordinates = make([]float64, len(s.Basis))
	for k, b := range s.Basis {
		var dot float64
		for i, e := range rest {
			dot += float64(e) * float64(b[i])
		}
		coordinates[k] = dot
	}
	for k, b := range s.Basis {
		c := float32(coordinates[k])
		for i, e := range b {
			rest[i] -= c * e
		}
	}
	return coordinates, rest
}

// principal returns the first q principal directions of x around the mean, by subspace
// iteration from random directions (N. Halko, P. Martinsson and J. Tropp, "Finding
// structure with randomness", 2011, algorithm 4.4).
func principal(x [][]float32, mean []float32, q int) [][]float32 {
	n, d := len(x), len(mean)
	if q < 1 {
		return nil
	}
	const rounds = 5
	k := min(q+8, n, d)
	data := mat.NewDense(n, d, nil)
	for i, v := range x {
		for j, e := range v {
			data.Set(i, j, float64(e-mean[j]))
		}
	}
	r := rand.New(rand.NewPCG(0, 0))
	directions := mat.NewDense(d, k, nil)
	for i := range d {
		for j := range k {
			directions.Set(i, j, r.NormFloat64())
		}
	}
	var points, moved mat.Dense
	for range rounds {
		orthonormalise(directions)
		points.Mul(data, directions)
		moved.Mul(data.T(), &points)
		directions.Copy(&moved)
	}
	orthonormalise(directions)
	points.Mul(data, directions)
	var small mat.SymDense
	small.SymOuterK(1, points.T())
	var eigen mat.EigenSym
	if !eigen.Factorize(&small, true) {
		panic("anomaly: the eigenvalues of a covariance were not found")
	}
	var vectors, all mat.Dense
	eigen.VectorsTo(&vectors) // in ascending order
	all.Mul(directions, &vectors)
	basis := make([][]float32, q)
	for j := range basis {
		basis[j] = make([]float32, d)
		for i := range d {
			basis[j][i] = float32(all.At(i, k-1-j))
		}
	}
	return basis
}

// orthonormalise makes the columns of m orthonormal by Gram and Schmidt, twice each. A
// column that the others hold becomes zero.
func orthonormalise(m *mat.Dense) {
	rows, columns := m.Dims()
	v, w := make([]float64, rows), make([]float64, rows)
	for j := range columns {
		mat.Col(v, j, m)
		before := norm(v)
		for range 2 {
			for i := range j {
				mat.Col(w, i, m)
				dot := 0.0
				for r := range v {
					dot += v[r] * w[r]
				}
				for r := range v {
					v[r] -= dot * w[r]
				}
			}
		}
		scale := norm(v)
		if scale > 1e-10*before {
			scale = 1 / scale
		} else {
			scale = 0
		}
		for r := range v {
			m.Set(r, j, v[r]*scale)
		}
	}
}

func norm(v []float64) float64 {
	var sum float64
	for _, e := range v {
		sum += e * e
	}
	return math.Sqrt(sum)
}
