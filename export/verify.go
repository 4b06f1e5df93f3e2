package export

import (
	"context"
	"fmt"
	"math"

	"govae/internal/kernel"
	"govae/internal/random"
	"govae/models"
	"govae/onnx"
)

// probes is how many random inputs a file is verified with.
const probes = 16

// Difference is max|got-want| / max(1, max|want|), the measure of this project for
// how far two tensors are apart. It is +Inf where the lengths differ and where
// either holds a NaN.
func Difference(got, want []float32) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	diff, scale := 0.0, 1.0
	for i := range got {
		g, w := float64(got[i]), float64(want[i])
		d := math.Abs(g - w)
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		diff, scale = max(diff, d), max(scale, math.Abs(w))
	}
	return diff / scale
}

// verifyDecoder runs an exported decoder on latent points of the prior and
// returns its difference from m.
func verifyDecoder(ctx context.Context, m *models.VAE, data []byte, engine Engine) (float64, error) {
	return verify(ctx, m, data, engine, func(k *kernel.Kernel, w *models.Workspace) (x *onnx.Tensor, want [][]float32) {
		r := random.New(0, random.Probe, 0, 0)
		r.Normal(w.Z)
		m.Decode(k, w, probes)
		image := make([]float32, probes*m.Config.Image.Len())
		m.Image(k, w, probes, image)
		x = onnx.Float32Tensor(Z, []int64{probes, int64(m.Config.Latent)}, w.Z)
		return x, [][]float32{channelsFirst(image, m.Config.Image)}
	})
}

// verifyEncoder is verifyDecoder for the encoder, on uniform noise.
func verifyEncoder(ctx context.Context, m *models.VAE, data []byte, engine Engine) (float64, error) {
	return verify(ctx, m, data, engine, func(k *kernel.Kernel, w *models.Workspace) (x *onnx.Tensor, want [][]float32) {
		s := m.Config.Image
		image := make([]float32, probes*s.Len())
		r := random.New(0, random.Probe, 0, 1)
		for i := range image {
			image[i] = float32(r.Float64())
		}
		m.Encode(k, w, probes, image)
		x = onnx.Float32Tensor(Image, []int64{probes, int64(s.C), int64(s.H), int64(s.W)}, channelsFirst(image, s))
		return x, [][]float32{w.Mean, w.LogVar}
	})
}

// verify compares the engine's outputs with those of a forward pass.
func verify(ctx context.Context, m *models.VAE, data []byte, engine Engine, forward func(*kernel.Kernel, *models.Workspace) (*onnx.Tensor, [][]float32)) (float64, error) {
	k, err := kernel.New(0)
	if err != nil {
		return 0, err
	}
	defer k.Close()
	x, want := forward(k, m.NewWorkspace(probes))
	outputs, err := engine.Run(ctx, data, x)
	if err != nil {
		return 0, err
	}
	if len(outputs) != len(want) {
		return 0, fmt.Errorf("the %s engine returns %d outputs, want %d", engine.Name(), len(outputs), len(want))
	}
	var worst float64
	for i, out := range outputs {
		got, err := out.Float32s()
		if err != nil {
			return 0, err
		}
		worst = max(worst, Difference(got, want[i]))
	}
	return worst, nil
}

// channelsFirst copies images from (N, H, W, C) to (N, C, H, W).
func channelsFirst(x []float32, s models.Shape) []float32 {
	out := make([]float32, len(x))
	pixels := s.H * s.W
	for i, v := range x {
		image, rest := i/s.Len(), i%s.Len()
		out[image*s.Len()+rest%s.C*pixels+rest/s.C] = v
	}
	return out
}
