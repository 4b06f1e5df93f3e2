package infer

// Tensors are what a file calls its inputs and outputs, for a program in another language
// that is to run it. Those that a file does not have are empty.
type Tensors struct {
	Z      string `json:"z,omitempty"`
	Image  string `json:"image,omitempty"`
	Label  string `json:"label,omitempty"`
	Mean   string `json:"mean,omitempty"`
	LogVar string `json:"log_var,omitempty"`
}

// Tensors returns what the decoder's file calls its inputs and outputs.
func (d *Decoder) Tensors() Tensors {
	t := d.tensors()
	t.Z, t.Image = d.model.Graph.Feeds()[0].Name, d.model.Graph.Outputs[0].Name
	return t
}

// Tensors returns what the encoder's file calls its inputs and outputs.
func (e *Encoder) Tensors() Tensors {
	t, outputs := e.tensors(), e.model.Graph.Outputs
	t.Image = e.model.Graph.Feeds()[0].Name
	t.Mean = outputs[0].Name
	if !e.contract.noLogVar {
		t.LogVar = outputs[1].Name
	}
	return t
}

// tensors are those that both have.
func (s *session) tensors() Tensors {
	var t Tensors
	if s.contract.Classes > 0 {
		t.Label = s.model.Graph.Feeds()[1].Name
	}
	return t
}

// File returns the model as one ONNX file, with all weights inside.
func (s *session) File() ([]byte, error) { return s.model.Marshal() }
