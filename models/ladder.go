package models

import (
	"fmt"

	"govae/contract"
	"govae/images"
	"govae/internal/nn"
)

// The ladder architecture has groups of latent variables from coarse to fine. The first is a
// vector of c.Groups[0] variables, which depends on the whole image and affects all of it. Each
// further group lies on a feature map of the residual decoder, from the smallest on, with
// c.Groups[i] channels. Its posterior is computed from the encoder's map of the same size and
// from what the decoder has made of the groups above it (Sonderby et al. 2016, arXiv
// 1602.02282; Vahdat and Kautz 2020, "NVAE", arXiv 2007.03898; Child 2021, arXiv 2011.10650).
// At 32x32x3, with three groups:
//
//	32x32x3 -> 16x16x32 -> 8x8x64 -> 4x4x128 ----+
//	                          |         |        |
//	                        z[2] <--- z[1] <-- z[0]
//	                          |         |        |
//	32x32x3 <- 16x16x32 <- 8x8x64 <- 4x4x128 <---+
//
// The prior of a group is N(m, s^2), where m and s are computed from the groups above. The
// posterior is parametrised relative to it, as in NVAE (section 3.2): z = m + s u, with
// q(u) = N(mean, exp(log_var)). A divergence does not change when both distributions are moved
// and scaled alike, so the divergence of z is that of u from N(0, 1). The files therefore call
// u, of all groups side by side, z: its prior is N(0, I), and the decoder computes m and s.
//
// The encoder's file gives the posterior along its means: that of each group where the groups
// above it are at their means.

// The range that the logarithm of a prior's scale is clipped to.
const (
	minLogScale = -5
	maxLogScale = 3
)

// defaultGroups returns a first group of as many variables as a flat model has, and one group on the
// smallest map; for small gray images, more groups. Variables on larger maps make the bound better, but
// samples of photographs worse: their prior does not know how such details belong together, so that they
// are drawn as noise (docs/quality.md).
func defaultGroups(c Config) []int {
	groups := []int{residualLatent(c), 8}
	if SmallGray(c.Image) {
		groups = []int{64, 4, 2, 1}
	}
	return groups[:min(len(groups), len(stages(c)))]
}

// LatentGroup is a group of latent variables: which part of z it is.
type LatentGroup = contract.LatentGroup

// latentGroups returns the groups of c for which there are maps.
func latentGroups(c Config) (groups []LatentGroup) {
	maps, first := stages(c), 0
	for i, channels := range c.Groups[:min(len(c.Groups), len(maps))] {
		s := Shape{H: 1, W: 1}
		if i > 0 {
			s = maps[len(maps)-i]
		}
		size := s.H * s.W * channels
		groups = append(groups, LatentGroup{Name: fmt.Sprintf("%dx%d", s.H, s.W), First: first, Size: size})
		first += size
	}
	return groups
}

// ladderLatent is the number of latent variables of all groups.
func ladderLatent(c Config) (n int) {
	for _, g := range latentGroups(c) {
		n += g.Size
	}
	return n
}

// validateGroups returns an error unless there is a feature map for each group but the first.
func (c Config) validateGroups() error {
	if c.Arch != "ladder" {
		if c.Groups != nil {
			return fmt.Errorf("groups of latent variables belong to the architecture ladder, not to %s", c.Arch)
		}
		return nil
	}
	if most := len(stages(c)); len(c.Groups) < 1 || len(c.Groups) > most {
		return fmt.Errorf("%d groups of latent variables: images of %dx%d pixels have from 1 to %d", len(c.Groups), c.Image.H, c.Image.W, most)
	}
	for _, n := range c.Groups {
		if n < 1 || n > maxLatent {
			return fmt.Errorf("a group of %d latent variables or channels: there must be from 1 to %d", n, maxLatent)
		}
	}
	if n := ladderLatent(c); c.Latent != n {
		return fmt.Errorf("%d latent dimensions: the groups of latent variables have %d for images of %dx%d pixels, which is the only number possible", c.Latent, n, c.Image.H, c.Image.W)
	}
	return nil
}

// LatentGroups returns the groups of latent variables from coarse to fine, or nil if there is only one.
func (m *VAE) LatentGroups() []LatentGroup {
	if len(m.groups) < 2 {
		return nil
	}
	return latentGroups(m.Config)
}

// ladder builds both halves of the network.
func ladder(m *VAE) {
	g, c, maps, latent := &m.graph, m.Config, stages(m.Config), latentGroups(m.Config)
	r, features := residual{g, c.Depth}, residualFeatures(g, c, m.image)
	noise := func(i int) *nn.Value {
		return g.Add(nn.NewSlice(fmt.Sprintf("latent_%d/eps", i), c.Latent, latent[i].First, latent[i].Size), m.noise)
	}
	last := len(maps) - 1
	x := m.addVector(features[last], noise(0)) // what the groups so far have made of the image
	for k := last; k > 0; k-- {
		stage := fmt.Sprintf("decoder/stage_%d", k)
		if k < last {
			x = r.silu(stage+"/up", r.up(stage+"/up", x, maps[k], reluGain))
		}
		x = r.blocks(stage, x)
		if i := len(maps) - k; i < len(latent) {
			x = m.addMap(r, i, x, features[k], noise(i))
			x = r.blocks(fmt.Sprintf("decoder/group_%d", i), x)
		}
	}
	m.logits = r.up("decoder/stage_0/up", x, maps[0], linearGain)
	m.addPaths(latent)
}

// addVector adds the first group, a vector, whose prior is N(0, I).
func (m *VAE) addVector(features, noise *nn.Value) *nn.Value {
	g, s := &m.graph, noise.Shape()
	shape := features.Shape()
	features = m.addLabel(features, quiet)
	mean := m.centred(encoderCentre, g.Add(nn.NewDense("encoder/group_0/mean", features.Shape(), s, nn.Identity), features))
	logVar := g.Add(nn.NewDense("encoder/group_0/log_var", features.Shape(), s, nn.Identity), features)
	u := m.labelled(m.addGroup("latent_0", mean, logVar, noise))
	m.vector = latentLayers{"encoder/group_0/mean", logVar.Name(), "decoder/group_0"}
	return g.Add(withGain(nn.NewDense("decoder/group_0", u.Shape(), shape, nn.Identity), linearGain), u)
}

// addMap adds group i, a map, to x, which the groups above have made, with the encoder's features of the
// same size. Its prior is initially N(0, I), too.
func (m *VAE) addMap(r residual, i int, x, features, noise *nn.Value) *nn.Value {
	g, s := &m.graph, x.Shape()
	place := Shape{H: s.H, W: s.W, C: m.Config.Groups[i]}
	head := func(name string, x *nn.Value, gain float64) *nn.Value {
		return g.Add(withGain(nn.NewConv2D(name, x.Shape(), place.C, 1, 1, nn.Identity), gain), x)
	}
	encoder, decoder := fmt.Sprintf("encoder/group_%d", i), fmt.Sprintf("decoder/group_%d", i)

	h := g.Add(nn.NewConcat(encoder, s, s), x, features)
	h = r.conv(encoder+"/reduce", h, (s.C+1)/2, 1)
	h = r.conv(encoder+"/conv", h, (s.C+1)/2, 3)
	vector := func(name string) *nn.Value {
		return g.Add(nn.NewReshape(name+"/vector", place, noise.Shape()), head(name, h, 1))
	}
	u := m.addGroup(fmt.Sprintf("latent_%d", i), vector(encoder+"/mean"), vector(encoder+"/log_var"), noise)

	mean, logScale := head(decoder+"/mean", x, 0), head(decoder+"/log_scale", x, 0)
	logScale = g.Add(nn.NewClip(decoder+"/log_scale", place, minLogScale, maxLogScale), logScale)
	u = g.Add(nn.NewReshape(decoder+"/noise", noise.Shape(), place), u)
	z := g.Add(nn.NewScaledNoise(decoder+"/z", place), mean, logScale, u)
	z = g.Add(withGain(nn.NewConv2D(decoder+"/expand", place, s.C, 3, 1, nn.Identity), 0), z)
	return g.Add(nn.NewAdd(decoder, s, s), x, z)
}

// addPaths adds the paths of the exported files: the posterior along its means, and the image of any noise.
func (m *VAE) addPaths(latent []LatentGroup) {
	g := &m.graph
	m.z = g.Input("z", images.Vector(m.Config.Latent))
	given, means := map[*nn.Value]*nn.Value{}, map[*nn.Value]*nn.Value{}
	var shapes []Shape
	var mean, logVar []*nn.Value
	for i, group := range m.groups {
		given[group.latent] = g.Add(nn.NewSlice(fmt.Sprintf("latent_%d", i), m.Config.Latent, latent[i].First, latent[i].Size), m.z)
		mean, logVar = append(mean, g.Again(group.mean, means)), append(logVar, g.Again(group.logVar, means))
		means[group.latent] = mean[i]
		shapes = append(shapes, mean[i].Shape())
	}
	m.mean, m.logVar = g.Add(nn.NewConcat("encoder/mean", shapes...), mean...), g.Add(nn.NewConcat("encoder/log_var", shapes...), logVar...)
	m.decoded, m.reconstructed = g.Again(m.logits, given), g.Again(m.logits, means)
}
