package nn

import (
	"govae/internal/kernel"
	"govae/onnx"
)

// PixelShuffle doubles the rows and columns of a feature map: four channels of a pixel
// become one channel of a square of 2 x 2 pixels (Shi et al. 2016, arXiv 1609.05158), in
// the order of PyTorch's PixelShuffle.
type PixelShuffle struct {
	base
	geometry kernel.Halving
}

// NewPixelShuffle returns the shuffle to feature maps of shape out from ceil(out / 2) rows
// and columns with four times the channels; where out is odd the last row or column of
// the squares is dropped.
func NewPixelShuffle(name string, out Shape) *PixelShuffle {
	return &PixelShuffle{base{name: name, in: []Shape{halved(out, 4*out.C)}, out: out}, halving(out)}
}

func (l *PixelShuffle) Forward(c *Call) { c.Kernel.Shuffle(&l.geometry, c.N, c.Y, c.X[0]) }

func (l *PixelShuffle) Backward(c *Call) {
	if dx := c.DX[0]; dx != nil {
		c.Kernel.Unshuffle(&l.geometry, c.N, dx, c.DY)
	}
}

func (l *PixelShuffle) Emit(g *onnx.Builder, x ...onnx.Value) onnx.Value {
	y := g.Node("DepthToSpace", l.name, x, onnx.Int("blocksize", 2), onnx.String("mode", "CRD"))
	return crop(g, l.name, y, l.out)
}
