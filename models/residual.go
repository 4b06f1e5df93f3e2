package models

import (
	"fmt"

	"govae/internal/nn"
)

// The residual architecture is for photographs of any size. Convolutions of stride 2 halve
// the image until about 4x4 pixels are left, doubling the channels from c.Width to at most
// eight times as many. Transposed ones lead back, with filters of 4x4, a multiple of their
// stride, so that every pixel adds up as many taps and no checkerboard appears (Odena,
// Dumoulin and Olah 2016, "Deconvolution and checkerboard artifacts"). At 64x64x3:
//
//	64x64x3 -> 32x32x32 -> 16x16x64 -> 8x8x128 -> 4x4x256 -> mean, log_var
//	z -> 4x4x256 -> 8x8x128 -> 16x16x64 -> 32x32x32 -> 64x64x3
//
// c.Depth residual blocks refine each map but the largest. There is no normalisation: a
// picture then does not depend on its batch, and the averaged weights, which are kept, need no
// statistics of their own. Signals keep their scale by the initialisation and by blocks that start
// as the identity (Zhang, Dauphin and Ma 2019, "Fixup initialization", arXiv 1901.09321).

// linearGain keeps the scale of signals through a layer without an activation: sqrt(3), as
// the bound of a uniform distribution. For SiLU reluGain does: large signals keep their
// scale, as with ReLU, and small ones shrink, so that none grows with the depth.
const linearGain = 1.732

// stages are the shapes of the feature maps from the image inwards: each half the one
// before, as long as about 4x4 pixels are left.
func stages(c Config) []Shape {
	maps := []Shape{c.Image}
	for x := half(c.Image, c.Width); len(maps) == 1 || x.H*x.W >= 16; x = half(x, min(2*x.C, 8*c.Width)) {
		maps = append(maps, x)
	}
	return maps
}

// half is the shape of half the rows and columns with some channels.
func half(s Shape, channels int) Shape {
	return Shape{H: (s.H + 1) / 2, W: (s.W + 1) / 2, C: channels}
}

// residual adds layers to a graph.
type residual struct {
	g     *nn.Graph
	depth int
}

func (r residual) silu(name string, x *nn.Value) *nn.Value {
	return r.g.Add(nn.NewSiLU(name+"/silu", x.Shape()), x)
}

func (r residual) conv(name string, x *nn.Value, out, size int) *nn.Value {
	return r.silu(name, r.g.Add(withGain(nn.NewConv2D(name, x.Shape(), out, size, 1, nn.Identity), reluGain), x))
}

// blocks add residual blocks with a bottleneck (He, Zhang, Ren and Sun 2016, arXiv
// 1512.03385, figure 5) to the map x of a stage: half the channels make them cheap.
func (r residual) blocks(stage string, x *nn.Value) *nn.Value {
	s := x.Shape()
	for i := range r.depth {
		name := fmt.Sprintf("%s/block_%d", stage, i)
		h := r.conv(name+"/reduce", x, (s.C+1)/2, 1)
		h = r.conv(name+"/conv", h, (s.C+1)/2, 3)
		h = r.g.Add(withGain(nn.NewConv2D(name+"/expand", h.Shape(), s.C, 1, 1, nn.Identity), 0), h)
		x = r.g.Add(nn.NewAdd(name, s, s), x, h)
	}
	return x
}

// up doubles the rows and columns of x, to the shape out.
func (r residual) up(name string, x *nn.Value, out Shape, gain float64) *nn.Value {
	// An output adds up every second tap in each direction, a quarter of the fan in.
	return r.g.Add(withGain(nn.NewConvTranspose2D(name, x.Shape().C, out, 4, 2, nn.Identity), 2*gain), x)
}

// residualFeatures are the feature maps of the encoder by stage, the image first.
func residualFeatures(g *nn.Graph, c Config, image *nn.Value) []*nn.Value {
	r, x, all := residual{g, c.Depth}, image, []*nn.Value{image}
	for i, s := range stages(c)[1:] {
		stage := fmt.Sprintf("encoder/stage_%d", i)
		x = r.silu(stage+"/down", g.Add(withGain(nn.NewConv2D(stage+"/down", x.Shape(), s.C, 3, 2, nn.Identity), reluGain), x))
		if i > 0 {
			x = r.blocks(stage, x)
		}
		all = append(all, x)
	}
	return all
}

func residualEncoder(g *nn.Graph, c Config, image *nn.Value) *nn.Value {
	all := residualFeatures(g, c, image)
	return all[len(all)-1]
}

func residualDecoder(g *nn.Graph, c Config, z *nn.Value) *nn.Value {
	r, maps := residual{g, c.Depth}, stages(c)
	x := g.Add(withGain(nn.NewDense("decoder/dense_0", z.Shape(), maps[len(maps)-1], nn.Identity), linearGain), z)
	for i := len(maps) - 2; i > 0; i-- {
		stage := fmt.Sprintf("decoder/stage_%d", i)
		x = r.blocks(stage, x)
		x = r.silu(stage+"/up", r.up(stage+"/up", x, maps[i], reluGain))
	}
	return r.up("decoder/stage_0/up", x, maps[0], linearGain)
}

// residualLatent returns a power of two near four times the longer side, from 16 to 128. It is doubled where
// the scale of the likelihood is fitted, if the image has at least eight values for each dimension: the more
// is encoded, the smaller that scale becomes, so that further dimensions pay. Small data sets lose nothing
// by them (docs/photos.md).
func residualLatent(c Config) int {
	n := 16
	for n < 128 && n < 4*max(c.Image.H, c.Image.W) {
		n *= 2
	}
	fitted := c.OptimalSigma || c.LearnSigma || c.Likelihood == Logistic
	if fitted && 8*2*n <= c.Image.Len() {
		n *= 2
	}
	return n
}
