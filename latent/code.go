package latent

import (
	"errors"
	"fmt"
	"iter"
	"math"

	"govae/internal/option"
	"govae/internal/random"
)

// Code is what an encoder says about one image: the mean and the logarithm of the
// variance of q(z|x), both [L]. A file of another program may give the mean alone;
// LogVar is nil then.
type Code struct {
	Index        int // of the image in the stream that was encoded, from 0 on
	Mean, LogVar []float32
}

// Means yields the means of codes, the latent points that stand for their images.
func Means(codes iter.Seq2[Code, error]) Points {
	return func(yield func([]float32, error) bool) {
		for code, err := range codes {
			if !yield(code.Mean, err) {
				return
			}
		}
	}
}

// Draws yields k points, at least 1, of each code's q(z|x), one after the other
// ([Code.Draw]). Draw j of code i of the stream is the same for a seed however many there
// are. Codes without variances are an error ([ErrNoLogVar]).
func Draws(codes iter.Seq2[Code, error], k int, seed uint64) Points {
	return drawsFrom(codes, k, seed, 0)
}

// drawsFrom is Draws of codes the first of which has another number than 0.
func drawsFrom(codes iter.Seq2[Code, error], k int, seed uint64, first int) Points {
	if k < 1 || k >= math.MaxUint32 { // the noise knows no larger number
		return fail(option.Wrong("k", k, fmt.Sprintf("a number of points from 1 to %d", uint32(math.MaxUint32-1))))
	}
	return func(yield func([]float32, error) bool) {
		i := first
		for code, err := range codes {
			switch {
			case err != nil:
			case code.LogVar == nil:
				err = ErrNoLogVar
			case len(code.LogVar) != len(code.Mean):
				err = fmt.Errorf("code %d has %d means and %d log variances", i, len(code.Mean), len(code.LogVar))
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for j := range k {
				z := make([]float32, len(code.Mean))
				Noise(z, seed, i, j)
				if code.Draw(z); !yield(z, nil) {
					return
				}
			}
			i++
		}
	}
}

// ErrNoLogVar is the error of codes without variances where draws are asked for.
var ErrNoLogVar = errors.New("the encoder gives means alone, and draws need log variances; use one that gives both")

// Noise sets eps [L] to the noise of draw j of the code of image i.
func Noise(eps []float32, seed uint64, i, j int) {
	s := random.New(seed, random.Posterior, uint32(j), uint32(i))
	s.Normal(eps)
}

// Draw turns noise eps [L] of N(0, I) into a point of q(z|x): mean + exp(log variance / 2)
// eps (D. Kingma and M. Welling, "Auto-Encoding Variational Bayes", 2014, section 2.4).
func (c Code) Draw(eps []float32) {
	for k, e := range eps {
		eps[k] = c.Mean[k] + float32(math.Exp(float64(c.LogVar[k])/2))*e
	}
}
