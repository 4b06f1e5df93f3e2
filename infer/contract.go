package infer

import (
	"fmt"
	"slices"
	"strings"

	"govae/contract"
	"govae/images"
	"govae/onnx"
)

// Role is what a file does.
type Role = contract.Role

const (
	RoleDecoder     = contract.Decoder     // z [batch, L] to image [batch, C, H, W]
	RoleEncoder     = contract.Encoder     // image [batch, C, H, W] to mean and log_var [batch, L]
	RoleAutoencoder = contract.Autoencoder // image [batch, C, H, W] to reconstruction [batch, C, H, W]
	RoleScorer      = contract.Scorer      // image [batch, C, H, W] and eps [batch, L] to log_weight [batch]
	RoleClassifier  = contract.Classifier  // image [batch, C, H, W] to class [batch, classes]

	// Each but the last has also the input label [batch, classes] if the model is conditional
	// on a class.
)

// Contract is what a file says about itself: the shapes of its graph and the
// metadata by which it can be told from other models.
type Contract struct {
	Role    Role
	Latent  int    // L; 0 for an autoencoder or classifier that does not tell
	C, H, W int    // size of an image
	Classes int    // that the model is conditional on, 0 if it is not; those that a classifier tells
	ModelID string // equal in the encoder and the decoder of one model, empty if not given
	// Metadata is what the file tells beside; that of another program may tell nothing.
	Metadata contract.Metadata

	channelsLast bool // the file has images as [batch, H, W, C]
	logVar       int  // which output of an encoder the log variance is; -1 if there is none
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

// ReadContract tells from a model of sound structure whether it is a decoder, an encoder or an
// autoencoder, or of this project a scorer or classifier, and for what sizes. Any other model
// is an error.
//
// Files of other programs are welcome: there need be no metadata, images may have their
// channels last, and an encoder may give the mean alone. Names do not matter, but that an
// encoder's log variance may come first if its name says so, and that a second input is the
// label of a conditional model if it has that name. layout is that of [Options].
func ReadContract(m *onnx.Model, layout string) (Contract, error) {
	metadata, err := contract.Read(m)
	if err != nil {
		return Contract{}, err
	}
	for _, n := range m.Graph.Nodes {
		if n.Op == "BatchNormalization" && n.Int("training_mode", 0) != 0 {
			return Contract{}, fmt.Errorf("node %q (%s) is in training mode, in which an image depends on those beside it; export the model for inference", n.Name, n.Op)
		}
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
	c := Contract{ModelID: metadata.ModelID, Metadata: metadata, logVar: -1}
	all := inputs
	if n := len(inputs) - 1; n >= 1 && n <= 2 && inputs[n].Name == contract.Label && areTensors(inputs[n:], 1, 2) {
		if err := c.setClasses(inputs[n]); err != nil {
			return Contract{}, err
		}
		inputs = inputs[:n]
	}
	switch {
	case areTensors(inputs, 1, 2) && areTensors(outputs, 1, 4):
		c.Role = RoleDecoder
		err = c.setSizes(layout, inputs[0].Shape, outputs[0].Shape)
	case areTensors(inputs, 1, 4) && areTensors(outputs, 1, 2) && outputs[0].Name == contract.Class && metadata.Format > 0:
		c.Role = RoleClassifier
		err = c.setClassifier(layout, inputs[0].Shape, outputs[0])
	case areTensors(inputs, 1, 4) && (areTensors(outputs, 1, 2) || areTensors(outputs, 2, 2)):
		c.Role = RoleEncoder
		if len(outputs) == 2 {
			c.logVar = 1
			if isLogVar(outputs[0].Name) && !isLogVar(outputs[1].Name) {
				c.logVar = 0
			}
			if a, b := outputs[0].Shape[1], outputs[1].Shape[1]; a != b {
				return Contract{}, fmt.Errorf("%s and %s have the shapes %v and %v, but mean and log variance have the same", outputs[0].Name, outputs[1].Name, outputs[0].Shape, outputs[1].Shape)
			}
		}
		err = c.setSizes(layout, outputs[0].Shape, inputs[0].Shape)
	case areTensors(inputs, 1, 4) && areTensors(outputs, 1, 4):
		c.Role = RoleAutoencoder
		err = c.setAutoencoder(layout, inputs[0].Shape, outputs[0].Shape)
	case areTensors(outputs, 1, 1) && len(inputs) == 2 && areTensors(inputs[:1], 1, 4) && areTensors(inputs[1:], 1, 2) && metadata.Format > 0:
		c.Role = RoleScorer
		err = c.setSizes(layout, inputs[1].Shape, inputs[0].Shape)
	default:
		return Contract{}, fmt.Errorf("neither decoder, encoder nor autoencoder of a VAE: it maps %s to %s; want float32 latent points [batch,L] to images of 4 dimensions, or images to means [batch,L] and, if it gives them, log variances, or to images",
			signature(all), signature(outputs))
	}
	if err != nil {
		return Contract{}, err
	}
	if err := metadata.CheckSizes(contract.Sizes{Latent: c.Latent, Image: c.Shape(), Classes: c.Classes}); err != nil {
		return Contract{}, err
	}
	return c, nil
}

// isLogVar reports whether an output is named like a log variance: log_var, z_log_var,
// logvar.
func isLogVar(name string) bool {
	return strings.Contains(strings.ToLower(strings.ReplaceAll(name, "_", "")), "logvar")
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
func (c *Contract) setSizes(layout string, latent, image onnx.Shape) error {
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
	if err := c.setLayout(layout, image); err != nil {
		return err
	}
	c.C, c.H, c.W = int(image[1].Size), int(image[2].Size), int(image[3].Size)
	if c.channelsLast {
		c.C, c.H, c.W = c.W, c.C, c.H
	}
	if c.C != 1 && c.C != 3 {
		return fmt.Errorf("image %v: %d channels, want 1 (grey) or 3 (colour)", image, c.C)
	}
	return nil
}

// setLayout finds out where an image has its channels.
func (c *Contract) setLayout(layout string, image onnx.Shape) error {
	channels := func(d onnx.Dim) bool { return d.Size == 1 || d.Size == 3 }
	switch {
	case layout == "nhwc":
		c.channelsLast = true
	case layout != "" && layout != "nchw":
		return Options{Layout: layout}.Check()
	case layout == "nchw", c.Metadata.Format > 0: // our own file
	case channels(image[1]) && channels(image[3]):
		return &LayoutError{Image: image}
	default:
		c.channelsLast = channels(image[3])
	}
	return nil
}

// areTensors reports whether values are n tensors of real numbers of that many dimensions.
func areTensors(values []onnx.ValueInfo, n, dims int) bool {
	return len(values) == n && !slices.ContainsFunc(values, func(v onnx.ValueInfo) bool {
		return !slices.Contains([]onnx.DataType{onnx.Float32, onnx.Float16, onnx.BFloat16, onnx.Float64}, v.Type) || len(v.Shape) != dims
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
