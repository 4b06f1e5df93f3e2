package anomaly

import "math"

// field is one kind of evidence on a picture, a vector of numbers, and what is learnt of
// it from normal pictures.
type field struct {
	subspace
	// Memory are normal pictures in the basis, each coordinate in its standard deviations:
	// a picture may be odd by being like none of them (K. Roth et al., "Towards Total Recall
	// in Industrial Anomaly Detection", 2022, keep a memory of local features alike).
	Memory matrix `json:"memory"`
}

// find compares a vector with what is normal. It returns the logarithms of its distances
// from the subspace, over all places, and within the subspace from the nearest picture of
// the memory; and by how many standard deviations each element differs from what the
// subspace explains.
func (f *field) find(v []float32) (outside, nearest float64, deviations []float32) {
	coordinates, rest := f.apart(v)
	var squares float64
	for i, e := range rest {
		rest[i] = e / f.Std[i]
		squares += float64(rest[i]) * float64(rest[i])
	}
	f.scale(coordinates)
	least := math.Inf(1)
	for _, m := range f.Memory {
		var d float64
		for k, c := range coordinates {
			e := c - float64(m[k])
			d += e * e
		}
		least = min(least, d)
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

// fit learns from vectors, the first of which, held, only tell how far normal ones are
// from what the others are like.
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
}
