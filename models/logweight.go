package models

import (
	"math"

	"govae/internal/likelihood"
	"govae/internal/nn"
	"govae/onnx"
)

// The log weight of an image x and noise eps is log p(x, z) - log q(z|x), in nats, for
// z = mean + exp(log_var/2) eps of each group of latent variables, those above it at their
// draws. Its mean over noise is the ELBO, and the logarithm of the mean of its exponential
// approaches log p(x) (Burda, Grosse and Salakhutdinov 2016, arXiv 1509.00519, eq. 8). In the
// space of the noise that z is, log p(z) - log q(z|x) is the sum of
// (log_var + eps^2 - z^2) / 2.

// LogWeight returns the log weights (n) of images x (n, H, W, C) in [0, 1] and noise
// eps (n, L). A conditional model needs labels (n, classes) too.
func (e *Evaluator) LogWeight(x, eps []float32, label ...[]float32) []float32 {
	m := e.vae
	if e.scorer == nil {
		outputs := []*nn.Value{m.logits}
		for _, g := range m.groups {
			outputs = append(outputs, g.latent, g.logVar)
		}
		e.scorer = m.graph.Pass(nn.Plan{Batch: e.batch, Inputs: append([]*nn.Value{m.image, m.noise}, m.labels()...), Outputs: outputs})
	}
	var weights []float32
	pixels, latent := m.Config.Image.Len(), m.Config.Latent
	for n, in := range e.batches(pixels, x, append([][]float32{eps}, label...)...) {
		x, noise := in[0], in[1]
		e.scorer.Forward(e.kernel, n, false, in...)
		sums := make([]float64, n) // -log p(x|z)
		likelihood.ByName[m.Config.Likelihood].Loss(e.kernel, sums, nil, e.scorer.Value(m.logits), x, m.scale(), 0)
		for i, sum := range sums {
			weights = append(weights, float32(e.priorShare(i, noise[i*latent:(i+1)*latent])-sum))
		}
	}
	return weights
}

// priorShare returns log p(z) - log q(z|x) of image i of the scorer's latest batch.
func (e *Evaluator) priorShare(i int, eps []float32) (sum float64) {
	for _, g := range e.vae.groups {
		size := g.latent.Shape().C
		z, logVar := e.scorer.Value(g.latent)[i*size:], e.scorer.Value(g.logVar)[i*size:]
		for j, v := range eps[:size] {
			sum += (float64(logVar[j]) + float64(v)*float64(v) - float64(z[j])*float64(z[j])) / 2
		}
		eps = eps[size:]
	}
	return sum
}

// EmitLogWeight adds nodes to a graph that compute the log weights [batch] of images and noise, and of the
// label of a conditional model.
func (m *VAE) EmitLogWeight(b *onnx.Builder, image, eps onnx.Value, label ...onnx.Value) onnx.Value {
	to := []*nn.Value{m.logits}
	for _, g := range m.groups {
		to = append(to, g.latent)
	}
	for _, g := range m.groups {
		to = append(to, g.logVar)
	}
	out := m.graph.Emit(b, append([]*nn.Value{m.image, m.noise}, m.labels()...), append([]onnx.Value{image, eps}, label...), to...)
	e := scorer{b}
	all := func(name string, groups []onnx.Value) onnx.Value {
		if len(groups) == 1 {
			return groups[0]
		}
		return b.Node("Concat", name, groups, onnx.Int("axis", 1))
	}
	z, logVar := all("score/z", out[1:1+len(m.groups)]), all("score/log_var", out[1+len(m.groups):])
	share := e.node("Add", "terms", logVar, e.node("Sub", "squares", e.square("eps_squared", eps), e.square("z_squared", z)))
	prior := e.sum("log_prior", e.node("Mul", "halves", share, e.number("half", 0.5)), 1)
	nats := emitNats[m.Config.Likelihood](e, out[0], image, m.scale())
	return e.node("Sub", "log_weight", prior, e.sum("nats", nats, 1, 2, 3))
}

// scorer adds the nodes of log weights to a graph.
type scorer struct{ b *onnx.Builder }

func (e scorer) node(op, name string, in ...onnx.Value) onnx.Value {
	return e.b.Node(op, "score/"+name, in)
}

func (e scorer) number(name string, v float64) onnx.Value {
	return e.b.Float32("score/"+name, nil, []float32{float32(v)})
}

func (e scorer) square(name string, x onnx.Value) onnx.Value { return e.node("Mul", name, x, x) }

// sum adds up all dimensions but the first.
func (e scorer) sum(name string, x onnx.Value, axes ...int64) onnx.Value {
	return e.b.Node("ReduceSum", "score/"+name, []onnx.Value{x, e.b.Int64("score/"+name+"/axes", []int{len(axes)}, axes)}, onnx.Int("keepdims", 0))
}

// emitNats adds -log p(x|z) of each pixel and channel, as package likelihood has it.
var emitNats = map[string]func(e scorer, logits, x onnx.Value, scale float64) onnx.Value{
	Bernoulli: func(e scorer, logits, x onnx.Value, _ float64) onnx.Value {
		return e.node("Sub", "bernoulli", e.node("Softplus", "softplus", logits), e.node("Mul", "white", x, logits))
	},
	Gaussian: func(e scorer, logits, x onnx.Value, sigma float64) onnx.Value {
		d := e.node("Sub", "difference", x, e.node("Sigmoid", "image", logits))
		squares := e.node("Mul", "gaussian", e.square("distance", d), e.number("precision", 1/(2*sigma*sigma)))
		return e.node("Add", "normalised", squares, e.number("log_sigma", math.Log(sigma)+math.Log(2*math.Pi)/2))
	},
	// With u = (x - m)/scale and half a level's width in scales, the mass of a level between
	// black and white is sigmoid(u + half) - sigmoid(u - half), the logarithm of which is
	// -softplus(-u - half) - softplus(u - half) + log(1 - e^(-2 half)). At black the second
	// and third term fall away, at white the first and third.
	Logistic: func(e scorer, logits, x onnx.Value, scale float64) onnx.Value {
		width := 1 / (255 * scale)
		half := e.number("half_level", width/2)
		u := e.node("Mul", "scaled", e.node("Sub", "difference", x, e.node("Sigmoid", "image", logits)), e.number("per_scale", 1/scale))
		below := e.node("Softplus", "below", e.node("Neg", "from_below", e.node("Add", "above_level", u, half)))
		above := e.node("Softplus", "above", e.node("Sub", "below_level", u, half))
		notLowest := e.step("not_black", e.node("Sub", "from_black", x, e.number("black", 1./510)))
		notHighest := e.step("not_white", e.node("Sub", "to_white", e.number("white", 1-1./510), x))
		inside := e.node("Mul", "inside", e.node("Mul", "between", notLowest, notHighest), e.number("level", -math.Log(-math.Expm1(-width))))
		ends := e.node("Add", "ends", e.node("Mul", "lower_end", below, notHighest), e.node("Mul", "upper_end", above, notLowest))
		return e.node("Add", "logistic", ends, inside)
	},
}

// step is 1 where x is positive and 0 elsewhere.
func (e scorer) step(name string, x onnx.Value) onnx.Value {
	steep := e.node("Mul", name+"/steep", x, e.number(name+"/slope", 1e30))
	return e.node("Clip", name, steep, e.number(name+"/min", 0), e.number(name+"/max", 1))
}
