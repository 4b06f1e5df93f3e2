package infer

import (
	"fmt"

	"govae/onnx"
)

// Role is what a file does.
type Role int

const (
	Decoder Role = iota // z [batch, L] to image [batch, C, H, W]
	Encoder             // image [batch, C, H, W] to mean and log_var [batch, L]
)

func (r Role) String() string {
	if r == Encoder {
		return "encoder"
	}
	return "decoder"
}

// Contract is what a file says about itself: the shapes of its graph and the
// metadata by which it can be told from other models.
type Contract struct {
	Role    Role
	Latent  int    // L
	C, H, W int    // size of an image
	ModelID string // vae.model_id: equal in the encoder and the decoder of one model, empty if not given
}

// maxRow bounds the values of one image or latent point, and with it what a
// small file can make a program allocate.
const maxRow = 1 << 24

// ReadContract tells from a checked model whether it is a decoder or an encoder,
// and for what sizes. Any other model is an error.
func ReadContract(m *onnx.Model) (Contract, error) {
	if format, ok := m.MetadataValue("vae.format"); ok && format != "1" {
		return Contract{}, fmt.Errorf("vae.format is %q, and this program reads format 1; use a newer program or export the model again", format)
	}
	if pixels, ok := m.MetadataValue("vae.pixel_range"); ok && pixels != "0,1" {
		return Contract{}, fmt.Errorf("vae.pixel_range is %q, and this program reads 0,1; export the model again", pixels)
	}
	var c Contract
	var err error
	inputs, outputs := modelInputs(m), m.Graph.Outputs
	switch {
	case isTensor(inputs, "z", 2) && isTensor(outputs, "image", 4):
		c.Role = Decoder
		err = c.setSizes(inputs[0].Shape, outputs[0].Shape)
	case isTensor(inputs, "image", 4) && len(outputs) == 2 && isTensor(outputs[:1], "mean", 2) && isTensor(outputs[1:], "log_var", 2):
		c.Role = Encoder
		if err = c.setSizes(outputs[0].Shape, inputs[0].Shape); err == nil && outputs[1].Shape[1] != outputs[0].Shape[1] {
			err = fmt.Errorf("mean has the shape %v but log_var %v", outputs[0].Shape, outputs[1].Shape)
		}
	default:
		return Contract{}, fmt.Errorf("neither decoder nor encoder of a VAE: it maps %s to %s; want float32 z [batch,L] to image [batch,C,H,W], or image to mean and log_var [batch,L]",
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
func (c *Contract) setSizes(latent, image onnx.Shape) error {
	size := int64(1)
	for i, d := range append(image[1:len(image):len(image)], latent[1]) {
		if !d.Known() || d.Size < 1 || d.Size > maxRow {
			return fmt.Errorf("image %v and latent %v: every dimension but the first must be a number from 1 to %d", image, latent, maxRow)
		}
		if i < 3 {
			size *= d.Size
			if size > maxRow {
				return fmt.Errorf("image %v: more than %d values an image", image, maxRow)
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

// isTensor reports whether values is one float32 tensor of that name and number of dimensions.
func isTensor(values []onnx.ValueInfo, name string, dims int) bool {
	return len(values) == 1 && values[0].Name == name && values[0].Type == onnx.Float32 && len(values[0].Shape) == dims
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
