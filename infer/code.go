package infer

import (
	"context"
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

// Draws yields k points, at least 1, of each code's q(z|x), one after the other: mean + exp(log
// variance / 2) eps, eps ~ N(0, I) (D. Kingma and M. Welling, "Auto-Encoding
// Variational Bayes", 2014, section 2.4). Draw j of code i is the same for a seed
// however many there are. Codes without variances are an error.
func Draws(codes iter.Seq2[Code, error], k int, seed uint64) iter.Seq2[[]float32, error] {
	if k < 1 {
		panic(fmt.Sprintf("infer: Draws of %d points a code; want 1 or more", k))
	}
	return func(yield func([]float32, error) bool) {
		i := 0
		for code, err := range codes {
			if err == nil && code.LogVar == nil {
				err = errNoLogVar
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

var errNoLogVar = errors.New("the encoder gives means alone, and draws need log variances; export one that has both")

// noise sets eps [L] to that of draw j of the code of image i.
func noise(eps []float32, seed uint64, i, j int) {
	s := random.New(seed, random.Posterior, uint32(j), uint32(i))
	s.Normal(eps)
}

// shift returns mean + exp(log variance / 2) eps.
func shift(mean, logVar, eps float32) float32 {
	return mean + float32(math.Exp(float64(logVar)/2))*eps
}

// Decode maps latent points z [n, L] to images.
func (s *Session) Decode(ctx context.Context, z []float32) (Images, error) {
	if err := s.want(Decoder); err != nil {
		return Images{}, err
	}
	out, err := s.runRows(ctx, len(z)/s.Latent, z, []int{s.Latent}, s.imageShape())
	if err != nil {
		return Images{}, err
	}
	return s.images(out[0]), nil
}

// Encode maps images x [n, C, H, W] to the mean and the logarithm of the variance
// of their latent points' distribution q(z|x), both [n, L]. A file of another
// program may give the mean alone; logVar is nil then.
func (s *Session) Encode(ctx context.Context, x []float32) (mean, logVar []float32, err error) {
	if err := s.want(Encoder); err != nil {
		return nil, nil, err
	}
	if s.channelsLast {
		x = transposeImages(x, s.C, s.H*s.W)
	}
	codes := [][]int{{s.Latent}, {s.Latent}}
	if s.logVar < 0 {
		codes = codes[:1]
	}
	out, err := s.runRows(ctx, len(x)/(s.C*s.H*s.W), x, s.imageShape(), codes...)
	if err != nil {
		return nil, nil, err
	}
	if s.logVar >= 0 {
		logVar = out[s.logVar]
	}
	return out[s.mean], logVar, nil
}

// DecodeAll maps a stream of latent points [L] to their images, in order. Some
// hundred points are read and decoded ahead of the consumer, in constant memory.
// The stream ends with its first error; ctx cancels it between chunks.
func (s *Session) DecodeAll(ctx context.Context, points iter.Seq2[[]float32, error]) iter.Seq2[Image, error] {
	return func(yield func(Image, error) bool) {
		if err := s.want(Decoder); err != nil {
			yield(Image{}, err)
			return
		}
		each(yield, ahead(ctx, blocks(points, s.Latent, s.blockRows()), s.Decode))
	}
}

// EncodeAll maps a stream of images to their codes, in order, like [Session.DecodeAll].
func (s *Session) EncodeAll(ctx context.Context, images iter.Seq2[Image, error]) iter.Seq2[Code, error] {
	return func(yield func(Code, error) bool) {
		if err := s.want(Encoder); err != nil {
			yield(Code{}, err)
			return
		}
		type codes struct{ mean, logVar []float32 }
		encode := func(ctx context.Context, x []float32) (codes, error) {
			mean, logVar, err := s.Encode(ctx, x)
			return codes{mean, logVar}, err
		}
		for block, err := range ahead(ctx, blocks(pixels(images, s.Contract), s.C*s.H*s.W, s.blockRows()), encode) {
			if err != nil {
				yield(Code{}, err)
				return
			}
			for i := 0; i < len(block.mean); i += s.Latent {
				code := Code{Mean: block.mean[i : i+s.Latent : i+s.Latent]}
				if block.logVar != nil {
					code.LogVar = block.logVar[i : i+s.Latent : i+s.Latent]
				}
				if !yield(code, nil) {
					return
				}
			}
		}
	}
}
