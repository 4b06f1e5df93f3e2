package train

import (
	"context"
	"errors"
	"fmt"

	"govae/dataset"
	"govae/internal/kernel"
	"govae/internal/random"
	"govae/models"
)

// fixMatch has the settings by which a classifier is fitted to images of which few have a label (Sohn et
// al. 2020, "FixMatch", arXiv 2001.07685): by cross entropy on weakly augmented labelled images, and on
// strongly augmented unlabelled ones, whose pseudo-label is the class of which the classifier is sure
// without augmentation. The result is the average of the weights over the latest steps.
type fixMatch struct {
	labelled, unlabelled int     // images of a step, at most
	threshold            float64 // the least probability of a pseudo-label
	weight               float64 // of the loss of unlabelled images, beside 1 for labelled ones
	optimizer            string
	rate                 float64 // the learning rate, which falls along half a cosine
	weak, strong         Augment
}

// tuned are the settings that classified the validation images of MNIST best, with ten labels a class.
var tuned = fixMatch{
	labelled: 32, unlabelled: 128, threshold: 0.8, weight: 1, optimizer: Muon, rate: 8e-3,
	weak: shift, strong: shift | rotate | zoom | light,
}

// DefaultClassifierSteps is what [Options.ClassifierSteps] is by default.
const DefaultClassifierSteps = 1000

// classifierTrainer fits a classifier.
type classifierTrainer struct {
	fixMatch
	m              *models.Classifier
	kernel         *kernel.Kernel
	known, unknown *dataset.Images // with labels and without; unknown may be nil
	augment        Augment         // of all images, beside the weak or the strong augmentation
	seed           uint64
	steps          int

	// A batch: labelled images of known first, then images of unknown with a pseudo-label.
	step    int
	index   []int
	classes []int
	image   []float32
}

// fit fits the classifier, and calls onStep after each step.
func (t *classifierTrainer) fit(ctx context.Context, onStep func(step int)) error {
	batch := t.labelled
	if t.unknown != nil {
		batch += t.unlabelled
	}
	t.index, t.classes, t.image = make([]int, 0, batch), make([]int, 0, batch), make([]float32, batch*t.m.Image.Len())
	net, grad, weights := t.m.NewNetwork(batch), make([]float32, len(t.m.Theta)), make([]float32, batch)
	for i := range weights {
		weights[i] = 1 / float32(t.labelled)
		if i >= t.labelled {
			weights[i] = float32(t.weight / float64(t.unlabelled))
		}
	}
	o := newOptimiser(t.m.Params(), len(t.m.Theta), Options{
		Optimizer: t.optimizer, LR: Course{Kind: Cosine, Peak: t.rate, Steps: t.steps}, WeightDecay: Constant(0),
	})
	known, unknown := newShuffler(t.known, t.seed), newShuffler(t.unknown, t.seed)
	teacher := predictor{kernel: t.kernel, net: net}
	for t.step = 1; t.step <= t.steps; t.step++ {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("stopped in step %d of %d of the classifier: %w", t.step, t.steps, err)
		}
		t.index, t.classes = t.index[:0], t.classes[:0]
		for range t.labelled {
			i := known.next()
			t.index, t.classes = append(t.index, i), append(t.classes, t.known.Labels[i])
		}
		if t.unknown != nil {
			index := unknown.take(t.unlabelled)
			for i, p := range teacher.predict(t.unknown, index) {
				if class := argmax(p); float64(p[class]) >= t.threshold {
					t.index, t.classes = append(t.index, index[i]), append(t.classes, class)
				}
			}
		}
		n := len(t.index)
		t.kernel.Run((n+loadTask-1)/loadTask, t)
		net.Forward(t.kernel, n, t.image[:n*t.m.Image.Len()])
		net.Loss(t.classes, weights[:n], grad)
		o.step(t.kernel, t.m.Theta, grad, t.step, 0)
		onStep(t.step)
	}
	if copy(t.m.Theta, o.average); !allFinite(t.m.Theta) {
		return errors.New("the classifier has diverged: its weights are not finite; try another seed")
	}
	return nil
}

// Do loads and augments some images of the batch.
func (t *classifierTrainer) Do(task int) {
	size := t.m.Image.Len()
	for i := task * loadTask; i < min((task+1)*loadTask, len(t.index)); i++ {
		x, r := t.image[i*size:(i+1)*size], random.New(t.seed, random.ClassAugment, uint32(t.step), uint32(i))
		if i < t.labelled {
			(t.weak | t.augment).apply(x, t.known.At(t.index[i]), t.m.Image, &r)
			continue
		}
		(t.strong | t.augment).apply(x, t.unknown.At(t.index[i]), t.m.Image, &r)
		erase(x, t.m.Image, &r)
	}
}

// erase makes a rectangle of an image gray, of up to half its height and width (DeVries and
// Taylor 2017, "Improved regularization of convolutional neural networks with cutout", arXiv
// 1708.04552).
func erase(x []float32, s models.Shape, r *random.Source) {
	h, w := 1+r.IntN((s.H+1)/2), 1+r.IntN((s.W+1)/2)
	top, left := r.IntN(s.H)-h/2, r.IntN(s.W)-w/2
	for y := max(0, top); y < min(s.H, top+h); y++ {
		row := x[(y*s.W+max(0, left))*s.C : (y*s.W+min(s.W, left+w))*s.C]
		for i := range row {
			row[i] = 0.5
		}
	}
}

// shuffler gives the indices of a set's images in a random order, then in another one, and so on.
type shuffler struct {
	order     []int
	at, epoch int
	seed      uint64
}

func newShuffler(m *dataset.Images, seed uint64) *shuffler {
	if m == nil {
		return nil
	}
	return &shuffler{order: make([]int, m.Len()), seed: seed}
}

func (s *shuffler) next() int {
	if s.at == 0 {
		dataset.Order(s.order, s.seed, s.epoch)
		s.epoch++
	}
	i := s.order[s.at]
	s.at = (s.at + 1) % len(s.order)
	return i
}

// take returns the next n indices.
func (s *shuffler) take(n int) []int {
	index := make([]int, n)
	for i := range index {
		index[i] = s.next()
	}
	return index
}

// predictor classifies images without augmentation.
type predictor struct {
	kernel *kernel.Kernel
	net    *models.ClassifierNetwork

	images *dataset.Images
	index  []int
	image  []float32
}

// predictorBatch is the number of images of a batch. An image's result does not depend on it.
const predictorBatch = 128

// predict returns the probabilities of the classes of the images named by index, a row for each. They are
// valid until the next call.
func (t *predictor) predict(m *dataset.Images, index []int) [][]float32 {
	t.images, t.index = m, index
	if size := len(index) * m.Shape.Len(); cap(t.image) < size {
		t.image = make([]float32, size)
	} else {
		t.image = t.image[:size]
	}
	t.kernel.Run((len(index)+loadTask-1)/loadTask, t)
	p, rows := t.net.Forward(t.kernel, len(index), t.image), make([][]float32, len(index))
	for i := range rows {
		rows[i] = p[i*t.net.Classes : (i+1)*t.net.Classes]
	}
	return rows
}

// Do loads some images.
func (t *predictor) Do(task int) {
	first, last := task*loadTask, min((task+1)*loadTask, len(t.index))
	for i := first; i < last; i++ {
		size := t.images.Shape.Len()
		t.kernel.Pixels(t.image[i*size:(i+1)*size], t.images.At(t.index[i]))
	}
}

// classes returns the most probable class of each image.
func (t *predictor) classes(ctx context.Context, m *dataset.Images) (classes []int, err error) {
	err = forBatches(ctx, m.Len(), predictorBatch, func(index []int) {
		for _, p := range t.predict(m, index) {
			classes = append(classes, argmax(p))
		}
	})
	return classes, err
}

// errorRate returns the share of images that are classified otherwise than by their label.
func (t *predictor) errorRate(ctx context.Context, m *dataset.Images) (float64, error) {
	classes, err := t.classes(ctx, m)
	n := 0
	for i, class := range classes {
		if class != m.Labels[i] {
			n++
		}
	}
	return float64(n) / float64(m.Len()), err
}

// argmax returns the class of the largest probability.
func argmax(p []float32) (class int) {
	for i, v := range p {
		if v > p[class] {
			class = i
		}
	}
	return class
}
