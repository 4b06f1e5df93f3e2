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
	return Images{s.C, s.H, s.W, out[0]}, nil
}

// Encode maps images x [n, C, H, W] to the mean and the logarithm of the variance
// of their latent points' distribution q(z|x), both [n, L].
func (s *Session) Encode(ctx context.Context, x []float32) (mean, logVar []float32, err error) {
	if err := s.want(Encoder); err != nil {
		return nil, nil, err
	}
	out, err := s.runRows(ctx, len(x)/(s.C*s.H*s.W), x, []int{s.C, s.H, s.W}, s.Latent, s.Latent)
	if err != nil {
		return nil, nil, err
	}
	return out[0], out[1], nil
}
