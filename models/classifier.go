package models

import (
	"fmt"
	"math"
	"path/filepath"

	"govae/images"
	"govae/internal/kernel"
	"govae/internal/nn"
	"govae/internal/safetensors"
	"govae/onnx"
)

// ClassifierFile is the file of a model directory with a [Classifier].
const ClassifierFile = "classifier.safetensors"

// Classifier tells the class of an image: q(y|x), a probability for each class. Convolutions
// halve the image until about 4x4 pixels are left, as those of the architecture "residual"
// do, and a dense layer reads the classes from them. Images of more than 64 pixels in a
// direction are halved before, by averages.
//
//	28x28x1 -> 14x14x16 -> 7x7x32 -> 4x4x64 -> classes
//
// It is not a part of the VAE: it may have labelled images that the VAE was trained on, and it is
// exported with it.
type Classifier struct {
	Image   Shape
	Classes int
	Theta   []float32 // all parameters

	graph         nn.Graph
	image, logits *nn.Value
}

const (
	classifierWidth = 16 // channels of the largest feature map
	classifierSide  = 64 // of images that are not halved first
)

// NewClassifier returns a classifier for the images and classes of a conditional model, with
// parameters initialised from the seed.
func NewClassifier(c Config, seed uint64) (*Classifier, error) {
	m, err := buildClassifier(c)
	if err != nil {
		return nil, err
	}
	for i, p := range m.Params() {
		p.Initialise(seed, i)
	}
	return m, nil
}

// buildClassifier returns a classifier whose parameters are all zero.
func buildClassifier(c Config) (*Classifier, error) {
	if c.Classes() == 0 {
		return nil, fmt.Errorf("a classifier is for the classes of a model that is conditional on them")
	}
	m := &Classifier{Image: c.Image, Classes: c.Classes()}
	m.image = m.graph.Input("image", c.Image)
	x := m.image
	for i := 0; max(x.Shape().H, x.Shape().W) > classifierSide; i++ {
		x = m.graph.Add(nn.NewAvgPool(fmt.Sprintf("classifier/pool_%d", i), x.Shape()), x)
	}
	for i, s := range stages(Config{Image: x.Shape(), Width: classifierWidth})[1:] {
		x = m.graph.Add(withGain(nn.NewConv2D(fmt.Sprintf("classifier/conv_%d", i), x.Shape(), s.C, 3, 2, nn.ReLU), reluGain), x)
	}
	m.logits = m.graph.Add(nn.NewDense("classifier/dense_0", x.Shape(), images.Vector(m.Classes), nn.Identity), x)
	var err error
	m.Theta, _, err = m.graph.Bind(maxParams)
	return m, err
}

// Params returns all parameters in the order of Theta.
func (m *Classifier) Params() []*nn.Param { return m.graph.Params() }

// Emit adds the classifier to a graph: image -> class, the probabilities of the classes.
func (m *Classifier) Emit(g *onnx.Builder, image onnx.Value) (class onnx.Value) {
	return g.Node("Softmax", "classifier/softmax", m.graph.Emit(g, []*nn.Value{m.image}, []onnx.Value{image}, m.logits), onnx.Int("axis", 1))
}

// ClassifierNetwork is a classifier laid out for batches. It is used by one goroutine at a
// time.
type ClassifierNetwork struct {
	*Classifier
	pass *nn.Pass
}

// NewNetwork returns a network for batches of up to batch images.
func (m *Classifier) NewNetwork(batch int) *ClassifierNetwork {
	logits := []*nn.Value{m.logits}
	return &ClassifierNetwork{m, m.graph.Pass(nn.Plan{Batch: batch, Inputs: []*nn.Value{m.image}, Outputs: logits, Seeds: logits})}
}

// Forward returns the probabilities (n, classes) of the classes of images (n, H, W, C), which
// are valid until the next call.
func (w *ClassifierNetwork) Forward(k *kernel.Kernel, n int, image []float32) []float32 {
	w.pass.Forward(k, n, true, image)
	p := w.pass.Value(w.logits)
	softmax(p, w.Classes)
	return p
}

// Classify returns the probabilities (n, classes) of the classes of images (n, H, W, C), of
// which batch are computed at a time.
func (m *Classifier) Classify(k *kernel.Kernel, image []float32, batch int) []float32 {
	pass := m.graph.Pass(nn.Plan{Batch: batch, Inputs: []*nn.Value{m.image}, Outputs: []*nn.Value{m.logits}})
	var all []float32
	for size := m.Image.Len(); len(image) > 0; {
		n := min(batch, len(image)/size)
		pass.Forward(k, n, false, image[:n*size])
		all, image = append(all, pass.Value(m.logits)...), image[n*size:]
	}
	softmax(all, m.Classes)
	return all
}

// Loss returns the sum of the images' losses, each its weight times the cross entropy
// -log q(y|x) of its class y in nats, and writes the gradient of this sum by the parameters to
// grad, for the images of the latest Forward.
func (w *ClassifierNetwork) Loss(classes []int, weights []float32, grad []float32) (loss float64) {
	p, d := w.pass.Value(w.logits), w.pass.Gradient(w.logits)
	for i, class := range classes {
		row, d := p[i*w.Classes:(i+1)*w.Classes], d[i*w.Classes:(i+1)*w.Classes]
		for j, v := range row {
			d[j] = weights[i] * v
		}
		d[class] -= weights[i]
		loss -= float64(weights[i]) * math.Log(max(float64(row[class]), math.SmallestNonzeroFloat32))
	}
	w.pass.Backward(grad, nil)
	return loss
}

// softmax turns logits (n, classes) into probabilities.
func softmax(logits []float32, classes int) {
	for ; len(logits) > 0; logits = logits[classes:] {
		row := logits[:classes]
		top, sum := row[0], 0.0
		for _, v := range row {
			top = max(top, v)
		}
		for _, v := range row {
			sum += math.Exp(float64(v - top))
		}
		for i, v := range row {
			row[i] = float32(math.Exp(float64(v-top)) / sum)
		}
	}
}

// Save writes [ClassifierFile] in dir, with texts that tell where the classifier is from.
func (m *Classifier) Save(dir string, metadata map[string]string) error {
	f := &safetensors.File{Metadata: metadata, Tensors: tensors(m.Params(), "", m.Theta)}
	if err := f.Seal(); err != nil {
		return err
	}
	return f.Save(filepath.Join(dir, ClassifierFile))
}

// LoadClassifier reads the classifier of the model in dir, which has the configuration, and the
// texts that [Classifier.Save] was given.
func LoadClassifier(dir string, c Config) (*Classifier, map[string]string, error) {
	path := filepath.Join(dir, ClassifierFile)
	f, err := safetensors.LoadSealed(path)
	if err != nil {
		return nil, nil, err
	}
	m, err := buildClassifier(c)
	if err == nil {
		err = set(m.Params(), "", m.Theta, f, "classifier")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, f.Metadata, nil
}
