package infer

import "context"

// Images is a batch of n images [n, C, H, W] with values in [0, 1].
type Images struct {
	C, H, W int
	Pixels  []float32
}

// Len returns the number of images.
func (m Images) Len() int { return len(m.Pixels) / (m.C * m.H * m.W) }

// At returns the pixels [C, H, W] of image i, which share memory with m.
func (m Images) At(i int) []float32 {
	size := m.C * m.H * m.W
	return m.Pixels[i*size : (i+1)*size : (i+1)*size]
}

// Decode maps latent points z [n, L] to images.
func (s *Session) Decode(ctx context.Context, z []float32) (Images, error) {
	if err := s.want(Decoder); err != nil {
		return Images{}, err
	}
	out, err := s.runRows(ctx, len(z)/s.Latent, z, []int{s.Latent}, s.C*s.H*s.W)
	if err != nil {
		return Images{}, err
	}
	pixels := out[0]
	if s.channelsLast {
		pixels = transposeImages(pixels, s.H*s.W, s.C)
	}
	return Images{s.C, s.H, s.W, pixels}, nil
}

// Encode maps images x [n, C, H, W] to the mean and the logarithm of the variance
// of their latent points' distribution q(z|x), both [n, L]. A file of another
// program may give the mean alone; logVar is nil then.
func (s *Session) Encode(ctx context.Context, x []float32) (mean, logVar []float32, err error) {
	if err := s.want(Encoder); err != nil {
		return nil, nil, err
	}
	shape := []int{s.C, s.H, s.W}
	if s.channelsLast {
		x, shape = transposeImages(x, s.C, s.H*s.W), []int{s.H, s.W, s.C}
	}
	widths := []int{s.Latent, s.Latent}
	if s.logVar < 0 {
		widths = widths[:1]
	}
	out, err := s.runRows(ctx, len(x)/(s.C*s.H*s.W), x, shape, widths...)
	if err != nil {
		return nil, nil, err
	}
	if s.logVar >= 0 {
		logVar = out[s.logVar]
	}
	return out[s.mean], logVar, nil
}

// transposeImages returns x, images seen as matrices [rows, cols], with each one
// transposed: channels first becomes channels last, and the other way round.
func transposeImages(x []float32, rows, cols int) []float32 {
	if rows == 1 || cols == 1 {
		return x
	}
	y := make([]float32, len(x))
	size := rows * cols
	for i := 0; i+size <= len(x); i += size {
		for r := range rows {
			for c := range cols {
				y[i+c*rows+r] = x[i+r*cols+c]
			}
		}
	}
	return y
}
