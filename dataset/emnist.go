package dataset

import (
	"fmt"
	"path/filepath"
	"strings"
)

// isEMNIST reports whether an IDX file belongs to EMNIST by its name, such as
// emnist-letters-train-images-idx3-ubyte. Its images lie on their sides: each is stored
// column after column (G. Cohen et al., "EMNIST: an extension of MNIST to handwritten
// letters", 2017; the files came out of MATLAB).
func isEMNIST(path string) bool {
	return strings.HasPrefix(strings.ToLower(filepath.Base(path)), "emnist-")
}

// turned returns images with rows and columns exchanged.
func turned(m *Images) *Images {
	t := &Images{Shape: Shape{H: m.W, W: m.H, C: m.C}, Pixels: make([]byte, 0, m.Len()*m.Shape.Len()), Labels: m.Labels, Names: m.Names}
	for i := range m.Len() {
		x := m.At(i)
		for col := range m.W {
			for row := range m.H {
				p := (row*m.W + col) * m.C
				t.Pixels = append(t.Pixels, x[p:p+m.C]...)
			}
		}
	}
	return t
}

// TurnedNote says that images were turned upright because of the name of their file.
type TurnedNote struct{ Name string }

func (n *TurnedNote) Error() string {
	return fmt.Sprintf("%s: EMNIST stores its images with rows and columns exchanged: they were turned upright", n.Name)
}

// noteTurned adds a [*TurnedNote] to data, which may be nil, of a file that was turned.
func noteTurned(d *Data, file string) *Data {
	if d != nil && isEMNIST(file) {
		d.Warnings = append(d.Warnings, &TurnedNote{d.Name})
	}
	return d
}
