package infer_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"govae/contract"
	"govae/engine"
	"govae/images"
	"govae/infer"
	"govae/latent"
	"govae/onnx"
)

// three is the size of models that are conditional on three classes and show them: an image
// is label * sigmoid(z), a mean image + label, a log variance image * label.
var three = size{latent: 3, c: 3, h: 1, w: 1}

func labelledDecoder(t testing.TB, change ...func(*onnx.Model)) []byte {
	b := onnx.NewBuilder("decoder")
	z, label := b.Input("z", onnx.Float32, dims(3)...), b.Input("label", onnx.Float32, dims(3)...)
	y := b.Node("Mul", "labelled", []onnx.Value{b.Node("Sigmoid", "sigmoid", []onnx.Value{z}), label})
	shape := b.Int64("shape", []int{4}, []int64{-1, 3, 1, 1})
	b.Output("image", b.Node("Reshape", "reshape", []onnx.Value{y, shape}), dims(3, 1, 1)...)
	return finish(t, b, three, change)
}

func labelledEncoder(t testing.TB) []byte {
	b := onnx.NewBuilder("encoder")
	x, label := b.Input("image", onnx.Float32, dims(3, 1, 1)...), b.Input("label", onnx.Float32, dims(3)...)
	flat := b.Node("Flatten", "flatten", []onnx.Value{x})
	b.Output("mean", b.Node("Add", "mean_layer", []onnx.Value{flat, label}))
	b.Output("log_var", b.Node("Mul", "log_var_layer", []onnx.Value{flat, label}))
	return finish(t, b, three, nil)
}

// shown is the class that an image of labelledDecoder shows, -1 if none or several.
func shown(m infer.Image) int {
	class := -1
	for i, v := range m.Pixels {
		switch {
		case v > 0 && class >= 0:
			return -1
		case v > 0:
			class = i
		}
	}
	return class
}

// classesOf collects the classes that a stream of images shows.
func classesOf[T any](t testing.TB, images iter.Seq2[T, error], image func(T) infer.Image) (classes []int) {
	t.Helper()
	for m, err := range images {
		if err != nil {
			t.Fatal(err)
		}
		classes = append(classes, shown(image(m)))
	}
	return classes
}

func itself(m infer.Image) infer.Image { return m }

// TestLabels: each row of each stream has its label, on any number of threads and engines.
func TestLabels(t *testing.T) {
	const n = 1501 // more than a block
	classes := make([]int, n)
	for i := range classes {
		classes[i] = i * i % 3
	}
	onEngines(t, func(t *testing.T, run engine.Options) {
		for threads := 1; threads <= 3; threads++ {
			o := infer.Options{Threads: threads, Engine: run}
			bare := pair(t, open(t, infer.OpenEncoderBytes, labelledEncoder(t), o), open(t, infer.OpenDecoderBytes, labelledDecoder(t), o))
			two, err := bare.Decoder.WithLabel(infer.Class(2))
			if err != nil {
				t.Fatal(err)
			}
			if got := classesOf(t, two.Sample(t.Context(), n, latent.SampleOptions{}), itself); !slices.Equal(got, slices.Repeat([]int{2}, n)) {
				t.Errorf("%d threads: samples of class 2 show %v", threads, got)
			}
			vae, err := bare.WithLabel(infer.Classes(classes))
			if err != nil {
				t.Fatal(err)
			}
			decoded := vae.Decoder.Sample(t.Context(), n, latent.SampleOptions{})
			if got := classesOf(t, decoded, itself); !slices.Equal(got, classes) {
				t.Errorf("%d threads: images show %v", threads, got)
			}
			i := 0
			for code, err := range vae.Encoder.EncodeAll(t.Context(), decoded) {
				if err != nil {
					t.Fatal(err)
				}
				if v := code.Mean[classes[i]]; !(v > 1) {
					t.Errorf("%d threads: image %d has the code %v", threads, i, code)
				}
				i++
			}
			if got := classesOf(t, vae.Reconstruct(t.Context(), decoded), itself); !slices.Equal(got, classes) {
				t.Errorf("%d threads: reconstructions show %v", threads, got)
			}
			draws := classesOf(t, vae.ReconstructDraws(t.Context(), decoded, vae.Decoder.Latent(), 2, 0), itself)
			for i, class := range draws {
				if class != classes[i/2] {
					t.Fatalf("%d threads: draw %d shows %d", threads, i, class)
				}
			}
			changed, err := bare.Decoder.WithLabel(infer.Class(1))
			if err != nil {
				t.Fatal(err)
			}
			vae.Decoder = changed
			if got := classesOf(t, vae.Reconstruct(t.Context(), decoded), itself); !slices.Equal(got, slices.Repeat([]int{1}, n)) {
				t.Errorf("%d threads: images of class 1 show %v", threads, got)
			}
		}
	})
}

// TestLabelsThatAreNone: labels of data that do not fit its classes are errors.
func TestLabelsThatAreNone(t *testing.T) {
	d := open(t, infer.OpenDecoderBytes, labelledDecoder(t), infer.Options{})
	names := d.Classes()
	for _, labels := range [][]int{{0, len(names)}, {-1}} {
		if _, err := d.LabelOf(labels, names); err == nil {
			t.Errorf("labels %v: no error", labels)
		}
	}
	if _, err := d.LabelOf([]int{0}, nil); err == nil {
		t.Error("no names of classes: no error")
	}
	if err := infer.Classes([]int{0})(-1, make([]float32, 3)); err == nil {
		t.Error("row -1: no error")
	}
}

// TestMixture: a label may be something in between.
func TestMixture(t *testing.T) {
	d := openDecoder(t, labelledDecoder(t), 1)
	half, err := d.WithLabel(infer.Mixture([]float32{0.5, 0.25, 0.25}))
	if err != nil {
		t.Fatal(err)
	}
	m, err := half.Decode(t.Context(), make([]float32, 3))
	if err != nil || !slices.Equal(m.Pixels, []float32{0.25, 0.125, 0.125}) {
		t.Errorf("%v, error %v", m.Pixels, err)
	}
	if _, err := d.WithLabel(infer.Mixture([]float32{1})); err == nil {
		t.Error("a mixture of one class is accepted")
	}
}

// TestNoLabel: a conditional model says what it needs, another one that it needs nothing.
func TestNoLabel(t *testing.T) {
	named := func(m *onnx.Model) { m.SetMetadata(contract.KeyLabels, `["cat","dog","2"]`) }
	d := openDecoder(t, labelledDecoder(t, named), 1)
	var missing *infer.LabelError
	if _, err := d.Decode(t.Context(), make([]float32, 3)); !errors.As(err, &missing) || !strings.Contains(err.Error(), "none: choose one of cat, dog, 2") {
		t.Errorf("no label: error %v", err)
	}
	for name, want := range map[string]int{"cat": 0, "dog": 1, "2": 2, "1": 1} {
		if class, err := d.Class(name); err != nil || class != want {
			t.Errorf("class %s is %d, error %v", name, class, err)
		}
	}
	for _, name := range []string{"", "3", "-1", "eel"} {
		if _, err := d.Class(name); !errors.As(err, &missing) || missing.Class != name {
			t.Errorf("class %q: error %v", name, err)
		}
	}
	if _, err := d.LabelOf([]int{1, 0}, []string{"dog", "1"}); !errors.As(err, &missing) || missing.Class != "1" {
		t.Errorf("a class of other images: error %v", err)
	}
	if label, err := d.LabelOf([]int{1, 0}, []string{"dog", "cat"}); err != nil {
		t.Error(err)
	} else if d, err := d.WithLabel(label); err != nil {
		t.Error(err)
	} else if got := classesOf(t, d.Sample(t.Context(), 2, latent.SampleOptions{}), itself); !slices.Equal(got, []int{0, 1}) {
		t.Errorf("classes by name show %v", got)
	}
	for _, label := range []infer.Label{infer.Class(3), infer.Class(-1), infer.Classes([]int{3}), infer.Classes(nil)} {
		if _, err := d.WithLabel(label); err == nil {
			t.Error("a label of no class is accepted")
		}
	}
	few, err := d.WithLabel(infer.Classes([]int{0, 1}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := infer.Collect(few.Sample(t.Context(), 3, latent.SampleOptions{})); err == nil || !strings.Contains(err.Error(), "row 2 has no label") {
		t.Errorf("two labels for three rows: error %v", err)
	}
	var unconditional *infer.UnconditionalError
	other := openDecoder(t, decoderModel(t, small), 1)
	_, byLabel := other.WithLabel(infer.Class(0))
	_, byName := other.Class("0")
	for _, err := range []error{byLabel, byName} {
		if !errors.As(err, &unconditional) {
			t.Errorf("a label where there is none: error %v", err)
		}
	}
	if other.Classes() != nil {
		t.Error("an unconditional model has classes")
	}
}

// TestLabelledContract: a second input is a label if it looks like one.
func TestLabelledContract(t *testing.T) {
	build := func(name string, dims ...onnx.Dim) error {
		b := onnx.NewBuilder("decoder")
		z, label := b.Input("z", onnx.Float32, onnx.Named("batch"), onnx.Size(3)), b.Input(name, onnx.Float32, dims...)
		y := b.Node("Sigmoid", "sigmoid", []onnx.Value{b.Node("Add", "add", []onnx.Value{z, b.Node("ReduceMean", "mean", []onnx.Value{label}, onnx.Int("keepdims", 0))})})
		b.Output("image", b.Node("Reshape", "reshape", []onnx.Value{y, b.Int64("shape", []int{4}, []int64{-1, 3, 1, 1})}), onnx.Named("batch"), onnx.Size(3), onnx.Size(1), onnx.Size(1))
		m, err := b.Model(onnx.ModelOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := (contract.Metadata{Latent: 3, Image: images.Shape{H: 1, W: 1, C: 3}}).Write(m); err != nil {
			t.Fatal(err)
		}
		_, err = infer.ReadContract(m)
		return err
	}
	batch := onnx.Named("batch")
	for _, tt := range []struct {
		name string
		dims []onnx.Dim
		want string
	}{
		{"label", []onnx.Dim{batch, onnx.Size(3)}, ""},
		{"class", []onnx.Dim{batch, onnx.Size(3)}, "no file of a VAE"},
		{"label", []onnx.Dim{batch, onnx.Size(3), onnx.Size(1)}, "no file of a VAE"},
		{"label", []onnx.Dim{batch, onnx.Size(contract.MaxClasses + 1)}, "from 1 to 4096 classes"},
		{"label", []onnx.Dim{batch, onnx.Named("classes")}, "classes"},
		{"label", []onnx.Dim{onnx.Size(1), onnx.Size(3)}, "open batch"},
	} {
		err := build(tt.name, tt.dims...)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %v: error %v, want %q", tt.name, tt.dims, err, tt.want)
		}
	}
}

// TestAugmentKeepsClasses: new images are of the class of their sources, by every method.
func TestAugmentKeepsClasses(t *testing.T) {
	labels := []int{2, 0, 2, 2, 0}
	for _, method := range []infer.AugmentMethod{infer.Jitter, infer.Interpolation, infer.Sampling} {
		for threads := 1; threads <= 2; threads++ {
			vae, err := pair(t, openEncoder(t, labelledEncoder(t), threads), openDecoder(t, labelledDecoder(t), threads)).WithLabel(infer.Classes(labels))
			if err != nil {
				t.Fatal(err)
			}
			images := vae.Decoder.Sample(context.Background(), len(labels), latent.SampleOptions{})
			var want []int
			var first infer.Synthetic
			got := classesOf(t, vae.Augment(t.Context(), images, labels, infer.AugmentOptions{Method: method, PerClass: 40}), func(m infer.Synthetic) infer.Image {
				if want = append(want, m.Class); len(want) == 1 {
					first = m
				}
				return m.Image
			})
			if !slices.Equal(got, want) || len(got) != 80 {
				t.Errorf("%s, %d threads: %d images, %v show %v", method, threads, len(got), want, got)
			}
			if sources := map[infer.AugmentMethod]int{infer.Jitter: 1, infer.Interpolation: 2}[method]; len(first.Sources) != sources {
				t.Errorf("%s: sources %v", method, first.Sources)
			}
		}
	}
	vae, images, given := augmentable(t, 1)
	for _, err := range vae.Augment(t.Context(), images.All(), given, infer.AugmentOptions{Method: infer.Sampling, PerClass: 1}) {
		if _, ok := errors.AsType[*infer.UnconditionalError](err); !ok {
			t.Errorf("%s of a model without classes: error %v", infer.Sampling, err)
		}
	}
}

// ExampleDecoder_WithLabel draws images of a class.
func ExampleDecoder_WithLabel() {
	decoder, err := infer.OpenDecoderBytes(labelledDecoder(new(testing.T)), infer.Options{})
	if err != nil {
		panic(err)
	}
	defer decoder.Close()
	second, err := decoder.WithLabel(infer.Class(1))
	if err != nil {
		panic(err)
	}
	for image, err := range second.Sample(context.Background(), 2, latent.SampleOptions{Seed: 1}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(shown(image))
	}
	// Output:
	// 1
	// 1
}
