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

// recipe says how a classifier is fitted to images of which few have a label: by cross entropy
// to the labelled ones, moved a little, and by consistency. Where the classifier is sure of the
// class of an image without a label, it is asked for that class of the same image strongly
// changed (Sohn et al. 2020, "FixMatch", arXiv 2001.07685). Its result is the average of the
// weights over the latest steps.
type recipe struct {
	labelled, unlabelled int     // images of a step, at most
	sure                 float64 // the least probability of a class
	weight               float64 // of the images without a label, beside 1 for the others
	optimizer            string
	rate                 float64 // its learning rate, from which it falls along half a cosine
	little, strongly     Augment
}

// theRecipe is the one that classified images of MNIST best that were set apart for
// validation, with ten labels a class.
var theRecipe = recipe{
	labelled: 32, unlabelled: 128, sure: 0.8, weight: 1, optimizer: Muon, rate: 8e-3,
	little: shift, strongly: shift | rotate | zoom | light,
}

// DefaultClassifierSteps is what [Options.ClassifierSteps] is by default.
const DefaultClassifierSteps = 1000

// teaching fits a classifier.
type teaching struct {
	recipe
	m              *models.Classifier
	kernel         *kernel.Kernel
	known, unknown *dataset.Images // with labels and without; unknown may be nil
	also           Augment         // changes that leave an image in its class
	seed           uint64
	steps          int

	// A batch: labelled images of known first, then those of unknown that are strongly changed.
	step    int
	index   []int
	classes []int
	image   []float32
}

// fit fits the classifier, and tells each step.
func (t *teaching) fit(ctx context.Context, tell func(step int)) error {
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
	known, unknown := newTurns(t.known, t.seed), newTurns(t.unknown, t.seed)
	told := teller{kernel: t.kernel, net: net}
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
			index := unknown.some(t.unlabelled)
			for i, p := range told.tell(t.unknown, index) {
				if class := likeliest(p); float64(p[class]) >= t.sure {
					t.index, t.classes = append(t.index, index[i]), append(t.classes, class)
				}
			}
		}
		n := len(t.index)
		t.kernel.Run((n+loadTask-1)/loadTask, t)
		net.Forward(t.kernel, n, t.image[:n*t.m.Image.Len()])
		net.Loss(t.classes, weights[:n], grad)
		o.step(t.kernel, t.m.Theta, grad, t.step, 0)
		tell(t.step)
	}
	if copy(t.m.Theta, o.average); !allFinite(t.m.Theta) {
		return errors.New("the classifier has diverged: its weights are not finite; try another seed")
	}
	return nil
}

// Do loads some images of the batch, changed.
func (t *teaching) Do(task int) {
	size := t.m.Image.Len()
	for i := task * loadTask; i < min((task+1)*loadTask, len(t.index)); i++ {
		x, r := t.image[i*size:(i+1)*size], random.New(t.seed, random.ClassAugment, uint32(t.step), uint32(i))
		if i < t.labelled {
			(t.little | t.also).apply(x, t.known.At(t.index[i]), t.m.Image, &r)
			continue
		}
		(t.strongly | t.also).apply(x, t.unknown.At(t.index[i]), t.m.Image, &r)
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

// turns names the images of a set again and again, each time in another order.
type turns struct {
	order     []int
	at, round int
	seed      uint64
}

func newTurns(m *dataset.Images, seed uint64) *turns {
	if m == nil {
		return nil
	}
	return &turns{order: make([]int, m.Len()), seed: seed}
}

func (t *turns) next() int {
	if t.at == 0 {
		dataset.Order(t.order, t.seed, t.round)
		t.round++
	}
	i := t.order[t.at]
	t.at = (t.at + 1) % len(t.order)
	return i
}

// some are the next n.
func (t *turns) some(n int) []int {
	index := make([]int, n)
	for i := range index {
		index[i] = t.next()
	}
	return index
}

// teller tells the classes of images as they are.
type teller struct {
	kernel *kernel.Kernel
	net    *models.ClassifierNetwork

	images *dataset.Images
	index  []int
	image  []float32
}

// toldAtOnce is the number of images of a batch. An image's result does not depend on it.
const toldAtOnce = 128

// tell returns the probabilities of the classes of the images named by index, a row for each,
// until the next call.
func (t *teller) tell(m *dataset.Images, index []int) [][]float32 {
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
func (t *teller) Do(task int) {
	first, last := task*loadTask, min((task+1)*loadTask, len(t.index))
	for i := first; i < last; i++ {
		size := t.images.Shape.Len()
		t.kernel.Pixels(t.image[i*size:(i+1)*size], t.images.At(t.index[i]))
	}
}

// classes returns the likeliest class of each image.
func (t *teller) classes(ctx context.Context, m *dataset.Images) (classes []int, err error) {
	err = batches(ctx, m.Len(), toldAtOnce, func(index []int) {
		for _, p := range t.tell(m, index) {
			classes = append(classes, likeliest(p))
		}
	})
	return classes, err
}

// wrong returns the share of images for which another class is told than their label.
func (t *teller) wrong(ctx context.Context, m *dataset.Images) (float64, error) {
	classes, err := t.classes(ctx, m)
	n := 0
	for i, class := range classes {
		if class != m.Labels[i] {
			n++
		}
	}
	return float64(n) / float64(m.Len()), err
}

// likeliest is the class of the largest probability.
func likeliest(p []float32) (class int) {
	for i, v := range p {
		if v > p[class] {
			class = i
		}
	}
	return class
}
