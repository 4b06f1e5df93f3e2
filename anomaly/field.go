package anomaly

import (
	"math"
	"slices"
)

// field holds what is learnt from normal pictures about one kind of evidence, a vector of numbers.
type field struct {
	subspace
	// Memory are normal pictures in the basis, each coordinate in its standard deviations:
	// a picture may be odd by being like none of them (K. Roth et al., "Towards Total Recall
	// in Industrial Anomaly Detection", 2022, keep a memory of local features alike).
	Memory matrix `json:"memory"`
	// Spread is the mean squared distance of each of them from its nearest neighbours in the
	// memory, the unit of distances from it: where normal pictures lie close together, a small
	// distance is odd (M. Breunig et al., "LOF: Identifying Density-Based Local Outliers", 2000).
	Spread vector `json:"spread"`
}

// find compares a vector with what is normal. It returns the logarithms of its distances
// from the subspace, over all places, and within the subspace from the nearest picture of
// the memory, each measured by its spread; and by how many standard deviations each element
// differs from what the subspace explains.
func (f *field) find(v []float32) (outside, nearest float64, deviations []float32) {
	coordinates, rest := f.apart(v)
	var squares float64
	for i, e := range rest {
		rest[i] = e / f.Std[i]
		squares += float64(rest[i]) * float64(rest[i])
	}
	f.scale(coordinates)
	least := math.Inf(1)
	for i, m := range f.Memory {
		var d float64
		for k, c := range coordinates {
			e := c - float64(m[k])
			d += e * e
		}
		least = min(least, d/float64(f.Spread[i]))
	}
	return log(squares / float64(len(rest))), log(least), rest
}

// scale divides coordinates by their standard deviations.
func (f *field) scale(coordinates []float64) {
	for k := range coordinates {
		coordinates[k] /= float64(f.Along[k])
	}
}

// log is finite for distances of zero.
func log(v float64) float64 { return math.Log(v + 1e-12) }

// fit learns from vectors. The first ones are held out: they only say how far normal vectors are
// from the statistics of the others.
func (f *field) fit(vectors [][]float32, held int, smooth func([]float32)) {
	x := vectors[held:]
	f.subspace = fitSubspace(x, vectors[:held], mostDims, smooth)
	f.Memory = make(matrix, min(len(x), mostMemory))
	for i := range f.Memory {
		coordinates, _ := f.apart(x[i])
		f.scale(coordinates)
		f.Memory[i] = make([]float32, len(coordinates))
		for k, c := range coordinates {
			f.Memory[i][k] = float32(c)
		}
	}
	f.Memory.round()
	f.Spread = spreads(f.Memory)
}

// neighbours of a picture tell its spread.
const neighbours = 10

// spreads returns the mean squared distances of rows from their nearest neighbours, none much below
// the average: otherwise a picture that is there twice would make all others odd.
func spreads(m matrix) vector {
	spread, distances := make(vector, len(m)), make([]float64, len(m))
	var mean float64
	for i, a := range m {
		for j, b := range m {
			distances[j] = 0
			for k, v := range a {
				e := float64(v - b[k])
				distances[j] += e * e
			}
		}
		slices.Sort(distances) // the first is that from itself
		near := distances[1:min(1+neighbours, len(m))]
		var sum float64
		for _, d := range near {
			sum += d
		}
		spread[i] = float32(sum / float64(max(len(near), 1)))
		mean += float64(spread[i]) / float64(len(m))
	}
	for i := range spread {
		spread[i] += float32(1e-3*mean + tiny)
	}
	return spread
}
