package infer

import (
	"fmt"
	"slices"

	"govae/onnx"
)

// Role is what a file does.
type Role int

const (
	RoleDecoder     Role = iota // z [batch, L] to image [batch, C, H, W]
	RoleEncoder                 // image [batch, C, H, W] to mean and log_var [batch, L]
	RoleAutoencoder             // image [batch, C, H, W] to reconstruction [batch, C, H, W]
)

func (r Role) String() string { return [...]string{"decoder", "encoder", "autoencoder"}[r] }

// Contract is what a file says about itself: the shapes of its graph and the
// metadata by which it can be told from other models.
type Contract struct {
	Role    Role
	Latent  int    // L; 0 for an autoencoder that does not tell
	C, H, W int    // size of an image
	ModelID string // vae.model_id: equal in the encoder and the decoder of one model, empty if not given

	channelsLast bool // the file has images as [batch, H, W, C]
	mean, logVar int  // which outputs of an encoder they are; logVar is -1 if there is none
}

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

// ReadContract tells from a checked model whether it is a decoder, an encoder or an
// autoencoder, and for what sizes. Any other model is an error.
//
// Files of other programs are welcome: the names of inputs and outputs do not
// matter, there need be no metadata, images may have their channels last, and an
// encoder may give the mean alone. layout is that of [Options].
func ReadContract(m *onnx.Model, layout string) (Contract, error) {
	if format, ok := m.MetadataValue("vae.format"); ok && format != "1" {
		return Contract{}, fmt.Errorf("vae.format is %q, and this program reads format 1; use a newer program or export the model again", format)
	}
	if pixels, ok := m.MetadataValue("vae.pixel_range"); ok && pixels != "0,1" {
		return Contract{}, fmt.Errorf("vae.pixel_range is %q, and this program reads 0,1; export the model again", pixels)
	}
	shapes, err := onnx.Infer(m)
	if err != nil {
		return Contract{}, err
	}
	var inputs, outputs []onnx.ValueInfo
	for _, v := range modelInputs(m) {
		inputs = append(inputs, shapes[v.Name])
	}
	for _, v := range m.Graph.Outputs {
		outputs = append(outputs, shapes[v.Name])
	}
	c := Contract{logVar: -1}
	switch {
	case areTensors(inputs, 1, 2) && areTensors(outputs, 1, 4):
		c.Role = RoleDecoder
		err = c.setSizes(m, layout, inputs[0].Shape, outputs[0].Shape)
	case areTensors(inputs, 1, 4) && (areTensors(outputs, 1, 2) || areTensors(outputs, 2, 2)):
		c.Role = RoleEncoder
		if len(outputs) == 2 {
			c.logVar = 1
			if outputs[0].Name == "log_var" && outputs[1].Name == "mean" {
				c.mean, c.logVar = 1, 0
			}
			if a, b := outputs[0].Shape[1], outputs[1].Shape[1]; a != b {
				return Contract{}, fmt.Errorf("%s and %s have the shapes %v and %v, but mean and log variance have the same", outputs[0].Name, outputs[1].Name, outputs[0].Shape, outputs[1].Shape)
			}
		}
		err = c.setSizes(m, layout, outputs[0].Shape, inputs[0].Shape)
	case areTensors(inputs, 1, 4) && areTensors(outputs, 1, 4):
		c.Role = RoleAutoencoder
		err = c.setAutoencoder(m, layout, inputs[0].Shape, outputs[0].Shape)
	default:
		return Contract{}, fmt.Errorf("neither decoder, encoder nor autoencoder of a VAE: it maps %s to %s; want float32 latent points [batch,L] to images of 4 dimensions, or images to means [batch,L] and, if it gives them, log variances, or to images",
			signature(inputs), signature(outputs))
	}
	if err != nil {
		return Contract{}, err
	}
	c.ModelID, _ = m.MetadataValue("vae.model_id")
	for key, want := range map[string]string{"vae.latent": fmt.Sprint(c.Latent), "vae.image": fmt.Sprintf("%dx%dx%d", c.C, c.H, c.W)} {
		if got, ok := m.MetadataValue(key); ok && got != want {
			return Contract{}, fmt.Errorf("%s is %q, but the graph has %s; the file was tampered with: export the model again", key, got, want)
		}
	}
	return c, nil
}

// setSizes takes the sizes from the shapes of a latent point and of an image.
func (c *Contract) setSizes(m *onnx.Model, layout string, latent, image onnx.Shape) error {
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
	if err := c.setLayout(m, layout, image); err != nil {
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
func (c *Contract) setLayout(m *onnx.Model, layout string, image onnx.Shape) error {
	channels := func(d onnx.Dim) bool { return d.Size == 1 || d.Size == 3 }
	_, ours := m.MetadataValue("vae.format")
	switch {
	case layout == "nhwc":
		c.channelsLast = true
	case layout != "" && layout != "nchw":
		return fmt.Errorf("layout %q: not known; use nchw or nhwc", layout)
	case layout == "nchw", ours:
	case channels(image[1]) && channels(image[3]):
		return &LayoutError{Image: image}
	default:
		c.channelsLast = channels(image[3])
	}
	return nil
}

// areTensors reports whether values are n float32 tensors of that many dimensions.
func areTensors(values []onnx.ValueInfo, n, dims int) bool {
	return len(values) == n && !slices.ContainsFunc(values, func(v onnx.ValueInfo) bool {
		return v.Type != onnx.Float32 || len(v.Shape) != dims
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
