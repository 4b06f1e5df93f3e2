package infer_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"govae/contract"
	"govae/infer"
	"govae/latent"
	"govae/onnx"
)

// classPrior returns what a labelledDecoder tells that also holds the distributions of classes: 10 times the
// class in all dimensions, with a deviation of 1 + class.
func classPrior(t *testing.T) (*latent.ClassPrior, error) {
	var means, factors []float32
	for class := range 3 {
		for i := range 3 {
			means = append(means, float32(10*class))
			row := make([]float32, 3)
			row[i] = float32(1 + class)
			factors = append(factors, row...)
		}
	}
	data := labelledDecoder(t, func(m *onnx.Model) {
		m.SetMetadata(contract.KeyPrior, `{"kind":"mixture","components":3,"model_id":"m","by_class":true}`)
		m.Graph.Initializers = append(m.Graph.Initializers,
			onnx.Float32Tensor(contract.PriorMeans, []int64{9}, means), onnx.Float32Tensor(contract.PriorFactors, []int64{9, 3}, factors))
	})
	return open(t, infer.OpenDecoderBytes, data, infer.Options{}).ClassPrior()
}

// TestToClass: codes move from the class of their row to another one.
func TestToClass(t *testing.T) {
	prior, err := classPrior(t)
	if err != nil || prior.Classes() != 3 {
		t.Fatal(prior, err)
	}
	encoder, err := infer.OpenEncoderBytes(labelledEncoder(t), infer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer encoder.Close()
	if _, err := encoder.ToClass(prior, 1); !errors.As(err, new(*infer.LabelError)) {
		t.Errorf("error %v, want a LabelError of an encoder without a label", err)
	}
	labelled, err := encoder.WithLabel(infer.Classes([]int{0, 1, 2}))
	if err != nil {
		t.Fatal(err)
	}
	edits, err := labelled.ToClass(prior, 1)
	if err != nil {
		t.Fatal(err)
	}
	codes := latent.Of([]float32{1, 0, 0}, []float32{1, 2, 3}, []float32{20, 23, 20})
	got, err := latent.Collect(latent.EditedBy(codes, edits))
	want := [][]float32{{12, 10, 10}, {1, 2, 3}, {10, 12, 10}}
	if err != nil || !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%v (%v), want %v", got, err, want)
	}
	if _, err := latent.Collect(latent.EditedBy(latent.Of(slices.Repeat([][]float32{{0, 0, 0}}, 4)...), edits)); err == nil || !strings.Contains(err.Error(), "row 3 has no label") {
		t.Errorf("error %v, want one of the row without a label", err)
	}
	if _, err := labelled.ToClass(prior, 3); err == nil || !strings.Contains(err.Error(), "there is no class 3") {
		t.Errorf("error %v, want one of a class that is not there", err)
	}
	two, err := latent.NewClassPrior(3, make([]float32, 6), slices.Repeat([]float32{1}, 18))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := labelled.ToClass(two, 1); err == nil || !strings.Contains(err.Error(), "has 3 classes, and the distributions are of 2") {
		t.Errorf("error %v, want one of other classes", err)
	}
}

func TestClassPriorOfOthers(t *testing.T) {
	if _, err := open(t, infer.OpenDecoderBytes, labelledDecoder(t), infer.Options{}).ClassPrior(); err == nil || !strings.Contains(err.Error(), "has no prior of its own for each class") {
		t.Errorf("error %v", err)
	}
}
