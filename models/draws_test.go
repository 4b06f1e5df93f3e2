package models

import "testing"

// TestImportancePaperNetwork: the network of one stochastic layer of Burda et al. 2016 (arXiv
// 1509.00519, section 5) is a configuration.
func TestImportancePaperNetwork(t *testing.T) {
	m, err := New(Config{Arch: "mlp", Hidden: []int{200, 200}, Activation: "tanh", Latent: 50, Image: Shape{H: 28, W: 28, C: 1}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]int{
		"encoder/dense_0/weight": {200, 784}, "encoder/dense_1/weight": {200, 200},
		"encoder/mean/weight": {50, 200}, "encoder/log_var/weight": {50, 200},
		"decoder/dense_0/weight": {200, 50}, "decoder/dense_1/weight": {200, 200}, "decoder/dense_2/weight": {784, 200},
	}
	for _, p := range m.Params() {
		shape, weight := want[p.Name]
		if !weight {
			continue
		}
		delete(want, p.Name)
		if len(p.Shape) != 2 || p.Shape[0] != shape[0] || p.Shape[1] != shape[1] {
			t.Errorf("%s is %v, want %v", p.Name, p.Shape, shape)
		}
	}
	if len(want) > 0 {
		t.Errorf("without %v", want)
	}
	if _, err := m.NewDrawsNetwork(2, 3); err != nil {
		t.Error(err)
	}
}
