package infer

import (
	"errors"
	"fmt"
	"iter"
	"math"

	"govae/internal/random"
)

// Code is what an encoder says about one image: the mean and the logarithm of the
// variance of q(z|x), both [L]. A file of another program may give the mean alone;
// LogVar is nil then.
type Code struct{ Mean, LogVar []float32 }

// Means yields the means of codes, the latent points that stand for their images.
func Means(codes iter.Seq2[Code, error]) iter.Seq2[[]float32, error] {
	return func(yield func([]float32, error) bool) {
		for code, err := range codes {
			if !yield(code.Mean, err) {
				return
			}
		}
	}
}

// Draws yields k points, at least 1, of each code's q(z|x), one after the other: mean +
// exp(log variance / 2) eps, eps ~ N(0, I) (D. Kingma and M. Welling, "Auto-Encoding
// Variational Bayes", 2014, section 2.4). Draw j of code i is the same for a seed however
// many there are. Codes without variances are an error.
func Draws(codes iter.Seq2[Code, error], k int, seed uint64) iter.Seq2[[]float32, error] {
	if k < 1 {
		panic(fmt.Sprintf("infer: Draws of %d points a code; want 1 or more", k))
	}
	return func(yield func([]float32, error) bool) {
		i := 0
		for code, err := range codes {
			if err == nil && code.LogVar == nil {
				err = ErrNoLogVar
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for j := range k {
				z := make([]float32, len(code.Mean))
				noise(z, seed, i, j)
				for l, eps := range z {
					z[l] = shift(code.Mean[l], code.LogVar[l], eps)
				}
				if !yield(z, nil) {
					return
				}
			}
			i++
		}
	}
}

// ErrNoLogVar is the error of codes without log variances where these are needed.
var ErrNoLogVar = errors.New("the encoder gives means alone, and draws need log variances; export one that has both")

// noise sets eps [L] to that of draw j of the code of image i.
func noise(eps []float32, seed uint64, i, j int) {
	s := random.New(seed, random.Posterior, uint32(j), uint32(i))
	s.Normal(eps)
}

// shift returns mean + exp(log variance / 2) eps.
func shift(mean, logVar, eps float32) float32 {
	return mean + float32(math.Exp(float64(logVar)/2))*eps
}
