package infer

import (
	"fmt"
	"iter"
	"strconv"

	"govae/anomaly"
	"govae/internal/table"
	"govae/latent"
)

// Named are images with what they are called, as of a data set. Class is empty for
// images without labels.
type Named interface {
	Name(i int) string
	Class(i int) string
}

// WriteScores writes a CSV table of scores as they come, one row per image: its name, its
// class, ELBO, reconstruction and KL, and with bound the importance-weighted bound. It
// returns the scores. Where these end with an error the file at path stays as it was.
func WriteScores(path string, images Named, scores iter.Seq2[Score, error], bound bool) (all []Score, err error) {
	columns := []string{"elbo", "reconstruction", "kl"}
	if bound {
		columns = append(columns, "bound")
	}
	return writeTable(path, images, columns, scores, func(s *Score) []string {
		cells := []string{table.Number(s.ELBO), table.Number(s.Reconstruction), table.Number(s.KL)}
		if bound {
			cells = append(cells, table.Number(s.Bound))
		}
		return cells
	})
}

// writeTable is [writeRows], and returns the results.
func writeTable[T any](path string, images Named, columns []string, results iter.Seq2[T, error], cells func(*T) []string) (all []T, err error) {
	err = writeRows(path, images, columns, results, func(r *T) []string {
		row := cells(r)
		all = append(all, *r)
		return row
	})
	return all, err
}

// writeRows writes a row for each result as it comes, with the image's name and its class before
// the cells of the other columns.
func writeRows[T any](path string, images Named, columns []string, results iter.Seq2[T, error], cells func(*T) []string) error {
	return table.Write(path, append([]string{"image", "label"}, columns...), func(yield func([]string, error) bool) {
		i := 0
		for r, err := range results {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(append([]string{images.Name(i), images.Class(i)}, cells(&r)...), nil) {
				return
			}
			i++
		}
	})
}

// WriteCodes writes a CSV table of codes as they come, one row per image: its name, its class, and the
// coordinates z0, z1 ... of its code's mean, of dims dimensions, with as many digits as tell it exactly. Where the codes
// end with an error the file at path stays as it was.
func WriteCodes(path string, images Named, dims int, codes iter.Seq2[latent.Code, error]) error {
	var columns []string
	for k := range dims {
		columns = append(columns, "z"+strconv.Itoa(k))
	}
	return writeRows(path, images, columns, codes, func(code *latent.Code) (row []string) {
		for _, v := range code.Mean {
			row = append(row, strconv.FormatFloat(float64(v), 'g', -1, 32))
		}
		return row
	})
}

// WriteErrors writes a CSV table of the errors of reconstructions, one row per image: its
// name, its class, the mean squared error of a pixel ([SquaredErrors]), and unless nats is
// nil -log p(x|z) in nats ([Pair.ReconstructionNats]). Where that ends with an error, or
// before all images have one, the file at path stays as it was.
func WriteErrors(path string, images Named, squares []float64, nats iter.Seq2[float64, error]) error {
	header := []string{"image", "label", "squared_error"}
	if nats != nil {
		header = append(header, "nats")
	}
	return table.Write(path, header, func(yield func([]string, error) bool) {
		row := func(i int, more ...string) bool {
			return yield(append([]string{images.Name(i), images.Class(i), table.Number(squares[i])}, more...), nil)
		}
		i := 0
		if nats == nil {
			for i < len(squares) && row(i) {
				i++
			}
			return
		}
		for v, err := range nats {
			if err == nil && i == len(squares) {
				err = fmt.Errorf("more log-likelihoods than the %d squared errors", i)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !row(i, table.Number(v)) {
				return
			}
			i++
		}
		if i < len(squares) {
			yield(nil, fmt.Errorf("%d log-likelihoods for %d squared errors", i, len(squares)))
		}
	})
}

// WriteVerdicts writes a CSV table of verdicts as they come, one row per image: its name,
// its class, its score, whether it is odd (1 or 0), and the evidence that speaks most against
// it. It returns the verdicts without their samples and heat maps. Where these end with an error the
// file at path stays as it was.
func WriteVerdicts(path string, images Named, verdicts iter.Seq2[anomaly.Verdict, error]) (all []anomaly.Verdict, err error) {
	return writeTable(path, images, []string{"score", "odd", "why"}, verdicts, func(v *anomaly.Verdict) []string {
		odd := "0"
		if v.Odd {
			odd = "1"
		}
		v.Sample, v.Heat = anomaly.Sample{}, nil
		return []string{table.Number(v.Score), odd, v.Why}
	})
}

// WriteGuesses writes a CSV table of guesses as they come, one row per image: its name, its
// label, the class that is most probable, by the names of classes, and its probability. It
// returns the guesses. Where these end with an error the file at path stays as it was.
func WriteGuesses(path string, images Named, classes []string, guesses iter.Seq2[Guess, error]) (all []Guess, err error) {
	return writeTable(path, images, []string{"class", "probability"}, guesses, func(g *Guess) []string {
		return []string{classes[g.Class], table.Number(g.Probability)}
	})
}
