package infer

import (
	"fmt"
	"slices"

	"govae/adapt"
	"govae/contract"
	"govae/images"
	"govae/onnx"
)

// Role says what a file computes.
type Role = contract.Role

const (
	RoleDecoder     = contract.Decoder     // z [batch, L] to image [batch, C, H, W]
	RoleEncoder     = contract.Encoder     // image [batch, C, H, W] to mean and log_var [batch, L]
	RoleAutoencoder = contract.Autoencoder // image [batch, C, H, W] to reconstruction [batch, C, H, W]
	RoleScorer      = contract.Scorer      // image [batch, C, H, W] and eps [batch, L] to log_weight [batch]
	RoleClassifier  = contract.Classifier  // image [batch, C, H, W] to class [batch, classes]

	// All but the classifier of a conditional model have another input, label [batch, classes].
)

// Contract holds what a file says about itself: the shapes of its graph and its metadata.
type Contract struct {
	Role    Role
	Latent  int    // L; 0 for an autoencoder or classifier that does not tell
	C, H, W int    // size of an image
	Classes int    // that the model is conditional on, 0 if it is not; those that a classifier tells
	ModelID string // equal in the encoder and the decoder of one model, empty if not given
	// Metadata may be empty in a file of another program.
	Metadata contract.Metadata

	noLogVar bool // an encoder gives the mean alone
}

// Shape is the shape of an image.
func (c Contract) Shape() images.Shape { return images.Shape{H: c.H, W: c.W, C: c.C} }

// inputSize is the number of values of a row of the input: a latent point or an image.
func (c Contract) inputSize() int {
	if c.Role == RoleDecoder {
		return c.Latent
	}
	return c.C * c.H * c.W
}

// maxRow bounds the values of one image or latent point, and with it what a
// small file can make a program allocate.
const maxRow = 1 << 24

// ReadContract finds the role and the sizes of a checked model by the names of its inputs and
// outputs, which must be those of package contract, in their order. A model of another program is
// an error here; package adapt makes it one of the contract. An encoder may give the mean alone.
func ReadContract(m *onnx.Model) (Contract, error) {
	metadata, err := contract.Read(m)
	if err != nil {
		return Contract{}, err
	}
	if metadata.Format == 0 {
		return Contract{}, fmt.Errorf("has no %s: it is of another program, and must be adapted", contract.KeyFormat)
	}
	if err := adapt.CheckInference(m); err != nil {
		return Contract{}, err
	}
	shapes, err := onnx.Values(m)
	if err != nil {
		return Contract{}, err
	}
	var inputs, outputs []onnx.ValueInfo
	for _, v := range m.Graph.Feeds() {
		inputs = append(inputs, shapes[v.Name])
	}
	for _, v := range m.Graph.Outputs {
		outputs = append(outputs, shapes[v.Name])
	}
	c := Contract{ModelID: metadata.ModelID, Metadata: metadata}
	all := inputs
	if n := len(inputs) - 1; n >= 1 && n <= 2 && inputs[n].Name == contract.Label && areTensors(inputs[n:], 2) {
		if err := c.setClasses(inputs[n]); err != nil {
			return Contract{}, err
		}
		inputs = inputs[:n]
	}
	switch {
	case areTensors(inputs, 2) && areTensors(outputs, 4):
		c.Role = RoleDecoder
		err = c.setSizes(inputs[0].Shape, outputs[0].Shape)
	case areTensors(inputs, 4) && areTensors(outputs, 2) && outputs[0].Name == contract.Class:
		c.Role = RoleClassifier
		err = c.setClassifier(inputs[0].Shape, outputs[0])
	case areTensors(inputs, 4) && (areTensors(outputs, 2) || areTensors(outputs, 2, 2)):
		c.Role, c.noLogVar = RoleEncoder, len(outputs) == 1
		if !c.noLogVar {
			if a, b := outputs[0].Shape[1], outputs[1].Shape[1]; a != b {
				return Contract{}, fmt.Errorf("%s and %s have the shapes %v and %v, but mean and log variance have the same", outputs[0].Name, outputs[1].Name, outputs[0].Shape, outputs[1].Shape)
			}
		}
		err = c.setSizes(outputs[0].Shape, inputs[0].Shape)
	case areTensors(inputs, 4) && areTensors(outputs, 4):
		c.Role = RoleAutoencoder
		err = c.setAutoencoder(inputs[0].Shape, outputs[0].Shape)
	case areTensors(outputs, 1) && areTensors(inputs, 4, 2):
		c.Role = RoleScorer
		err = c.setSizes(inputs[1].Shape, inputs[0].Shape)
	default:
		return Contract{}, fmt.Errorf("no file of a VAE: it maps %s to %s", signature(all), signature(outputs))
	}
	if err != nil {
		return Contract{}, err
	}
	if err := metadata.CheckSizes(contract.Sizes{Latent: c.Latent, Image: c.Shape(), Classes: c.Classes}); err != nil {
		return Contract{}, err
	}
	return c, nil
}

// setClasses takes the number of classes from the shape of a label, or of their probabilities.
func (c *Contract) setClasses(v onnx.ValueInfo) error {
	if n := v.Shape[1]; !n.Known() || n.Size < 1 || n.Size > contract.MaxClasses || v.Shape[0].Known() {
		return fmt.Errorf("%s %v: want an open batch, and from 1 to %d classes", v.Name, v.Shape, contract.MaxClasses)
	}
	c.Classes = int(v.Shape[1].Size)
	return nil
}

// setSizes takes the sizes from the shapes of a latent point and of an image.
func (c *Contract) setSizes(latent, image onnx.Shape) error {
	size := int64(1)
	for i, d := range append(image[1:len(image):len(image)], latent[1]) {
		if !d.Known() || d.Size < 1 || d.Size > maxRow {
			return fmt.Errorf("image %v and latent %v: every dimension but the first must be a number from 1 to %d", image, latent, maxRow)
		}
		if i < 3 {
			size *= d.Size
			if size > maxRow {
				return fmt.Errorf("image %v: more than %d values per image", image, maxRow)
			}
		}
	}
	if image[0].Known() || latent[0].Known() {
		return fmt.Errorf("image %v and latent %v: the first dimension must be open, as batch; export with a dynamic batch size", image, latent)
	}
	c.Latent = int(latent[1].Size)
	c.C, c.H, c.W = int(image[1].Size), int(image[2].Size), int(image[3].Size)
	if c.C != 1 && c.C != 3 {
		return fmt.Errorf("image %v: %d channels, want 1 (grey) or 3 (colour)", image, c.C)
	}
	return nil
}

// areTensors reports whether values are float32 tensors of these numbers of dimensions.
func areTensors(values []onnx.ValueInfo, dims ...int) bool {
	return slices.EqualFunc(values, dims, func(v onnx.ValueInfo, n int) bool {
		return v.Type == onnx.Float32 && len(v.Shape) == n
	})
}

// signature names values with their shapes, at most four of them.
func signature(values []onnx.ValueInfo) string {
	s := ""
	for i, v := range values {
		if i == 4 {
			return s + ", …"
		}
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("%.40q %v", v.Name, v.Shape)
	}
	if s == "" {
		return "nothing"
	}
	return s
}
