package infer_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"govae/adapt"
	"govae/engine"
	"govae/images"
	"govae/infer"
	"govae/onnx"
)

// threeClassifier is a classifier of the images of labelledDecoder: the brighter a channel, the
// surer it is of its class.
func threeClassifier(t testing.TB, change ...func(*onnx.Model)) []byte {
	b := onnx.NewBuilder("classifier")
	flat := b.Node("Flatten", "flatten", []onnx.Value{b.Input("image", onnx.Float32, dims(3, 1, 1)...)})
	logits := b.Node("Mul", "logits", []onnx.Value{flat, b.Float32("scale", nil, []float32{5})})
	b.Output("class", b.Node("Softmax", "softmax", []onnx.Value{logits}, onnx.Int("axis", 1)), dims(3)...)
	return finish(t, b, three, change)
}

// TestAugmentFilter: images that pass are those, in their order, that are made without a
// filter and that the classifier reads as their class, on any number of threads.
func TestAugmentFilter(t *testing.T) {
	labels := []int{0, 2, 2, 1}
	source := infer.Images{Shape: images.Shape{H: 1, W: 1, C: 3}, Pixels: make([]float32, 3*len(labels))}
	onEngines(t, func(t *testing.T, run engine.Options) {
		var first []infer.Synthetic
		for threads := 1; threads <= 2; threads++ {
			o := infer.Options{Threads: threads, Engine: run}
			bare := pair(t, open(t, infer.OpenEncoderBytes, labelledEncoder(t), o), open(t, infer.OpenDecoderBytes, labelledDecoder(t), o))
			vae, err := bare.WithLabel(infer.Classes(labels))
			if err != nil {
				t.Fatal(err)
			}
			c := open(t, infer.OpenClassifierBytes, threeClassifier(t), o)
			make := func(options infer.AugmentOptions) (all []infer.Synthetic) {
				options.Method, options.Seed = infer.Sampling, 3
				for made, err := range vae.Augment(t.Context(), source.All(), labels, options) {
					if err != nil {
						t.Fatal(err)
					}
					all = append(all, made)
				}
				return all
			}
			tried, kept := 0, 0
			filter := &infer.AugmentFilter{Classifier: c, Confidence: 0.85, OnTried: func(_ int, ok bool) {
				if tried++; ok {
					kept++
				}
			}}
			got := make(infer.AugmentOptions{PerClass: 100, Filter: filter})
			if kept != 300 || len(got) != 300 || tried <= kept {
				t.Fatalf("%d of %d kept, %d made", kept, tried, len(got))
			}
			want := make(infer.AugmentOptions{PerClass: 1000})
			for class := range 3 {
				of := func(all []infer.Synthetic) (list []infer.Image) {
					for _, m := range all {
						if m.Class == class {
							list = append(list, m.Image)
						}
					}
					return list
				}
				var sure []infer.Image
				for _, m := range of(want) {
					p, err := c.Classify(t.Context(), m.Pixels)
					if err != nil {
						t.Fatal(err)
					}
					if float64(p[class]) >= 0.85 {
						sure = append(sure, m)
					}
				}
				if !reflect.DeepEqual(of(got), sure[:100]) {
					t.Errorf("class %d: others are kept than the first that are sure", class)
				}
			}
			if slices.ContainsFunc(got, func(m infer.Synthetic) bool { return m.Probability < 0.85 }) {
				t.Error("an image of which the classifier is not sure")
			}
			if first == nil {
				first = got
			} else if !reflect.DeepEqual(got, first) {
				t.Errorf("other images on %d threads", threads)
			}
		}
	})
}

// TestAugmentFilterRefuses says what is wrong with a filter, or with what it is to judge.
func TestAugmentFilterRefuses(t *testing.T) {
	vae, images, labels := augmentable(t, 1)
	c := open(t, infer.OpenClassifierBytes, threeClassifier(t), infer.Options{})
	threes := pair(t, open(t, infer.OpenEncoderBytes, labelledEncoder(t), infer.Options{}), open(t, infer.OpenDecoderBytes, labelledDecoder(t), infer.Options{}))
	threes, err := threes.WithLabel(infer.Class(0))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		vae    *infer.Pair
		filter infer.AugmentFilter
		want   string
	}{
		{vae, infer.AugmentFilter{Classifier: c}, "is for images of 1x1x3, and"},
		{threes, infer.AugmentFilter{}, "want a classifier"},
		{threes, infer.AugmentFilter{Classifier: c, Confidence: 2}, "want a number from 0 to 1"},
		{threes, infer.AugmentFilter{Classifier: c, Classes: []string{"0", "cat"}}, `knows no class "cat"`},
		{threes, infer.AugmentFilter{Classifier: c, Confidence: 1}, "the classifier reads 0 of 1"},
		{threes, infer.AugmentFilter{Classifier: c, Classes: []string{"-1", "0"}}, "label -1"},
	} {
		var err error
		o := infer.AugmentOptions{Method: infer.Sampling, PerClass: 2, Filter: &tt.filter}
		of := []int{0, 1}
		if tt.want == "label -1" {
			of[1] = -1
		}
		if tt.vae == vae {
			o.Method, of = infer.Jitter, labels
		}
		for _, err = range tt.vae.Augment(t.Context(), images.All(), of, o) {
			if err != nil {
				break
			}
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want one with %q", err, tt.want)
		}
	}
}

// TestSure: images with a probability below the least are left out.
func TestSure(t *testing.T) {
	c := open(t, infer.OpenClassifierBytes, threeClassifier(t), infer.Options{})
	source := infer.Images{Shape: images.Shape{H: 1, W: 1, C: 3}, Pixels: []float32{0, 1, 0, 0, 0, 0.1, 1, 0, 0}}
	for least, want := range map[float64][2][]int{0: {{0, 1, 2}, {1, 2, 0}}, 0.9: {{0, 2}, {1, 0}}, 1: {nil, nil}} {
		index, classes, err := c.Sure(t.Context(), source.All(), least)
		if err != nil || !slices.Equal(index, want[0]) || !slices.Equal(classes, want[1]) {
			t.Errorf("at least %g: images %v of classes %v, %v; want %v", least, index, classes, err, want)
		}
	}
	wrong := infer.Images{Shape: images.Shape{H: 1, W: 1, C: 1}, Pixels: []float32{0}}
	if _, _, err := c.Sure(t.Context(), wrong.All(), 0); err == nil {
		t.Error("no error for images of another shape")
	}
}

// TestClassifierContract tells classifiers from encoders that give means alone.
func TestClassifierContract(t *testing.T) {
	c := open(t, infer.OpenClassifierBytes, threeClassifier(t), infer.Options{})
	if got := c.Contract(); got.Role != infer.RoleClassifier || got.Classes != 3 || got.Latent != 3 || got.Role.String() != "classifier" {
		t.Errorf("%+v", got)
	}
	if s, err := infer.OpenBytes(threeClassifier(t), infer.Options{}); err != nil || s.Classes()[2] != "2" {
		t.Errorf("error %v", err)
	}
	other := threeClassifier(t, func(m *onnx.Model) { m.SetMetadata("vae.labels", `["a","b"]`) })
	if _, err := infer.OpenBytes(other, infer.Options{}); err == nil || !strings.Contains(err.Error(), "vae.labels") {
		t.Errorf("two labels of three classes: error %v", err)
	}
	foreign := threeClassifier(t, func(m *onnx.Model) { m.Metadata = nil })
	if _, err := infer.OpenClassifierBytes(foreign, infer.Options{}); !errors.As(err, new(*adapt.Question)) {
		t.Errorf("without metadata: error %v", err)
	}
}
