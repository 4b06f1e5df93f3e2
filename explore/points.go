package explore

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"

	"govae/images"
	"govae/internal/npy"
	"govae/latent"
)

// Points are encoded images.
type Points struct {
	Codes   [][]float32 // [n, L], the means of the images' posteriors
	Labels  []int       // [n], or nil
	Classes []string    // the names of the labels; one beyond them goes by its number
	Images  *images.Set // the images themselves, or nil
	Scores  []float64   // [n], lower bounds of log p(x) in nats ([infer.Score].ELBO), or nil
}

// thumbnail is the longest side of an image beside its point, in pixels. Larger images are
// made smaller.
const thumbnail = 64

type pointsDescription struct {
	File       string      `json:"file"` // .npy, float32 [n, L]
	N          int         `json:"n"`
	Labels     []int       `json:"labels,omitempty"`
	Classes    []string    `json:"classes,omitempty"`
	Scores     []float64   `json:"scores,omitempty"`
	Planes     []plane     `json:"planes,omitempty"`
	Thumbnails *thumbnails `json:"thumbnails,omitempty"`
}

// plane is where the point x, y of a picture lies in the latent space: at origin + x axes[0] +
// y axes[1].
type plane struct {
	Name   string       `json:"name"`
	X      string       `json:"x"`
	Y      string       `json:"y"`
	Origin []float64    `json:"origin"`
	Axes   [2][]float64 `json:"axes"`
}

// thumbnails are the images side by side in one picture, row after row.
type thumbnails struct {
	File    string `json:"file"`
	Columns int    `json:"columns"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Exact   bool   `json:"exact"` // they have the size of the model's images
}

// write writes what the page shows of the points, of which noise is that of their dimensions.
func (p *Points) write(dir string, noise []float64) (*pointsDescription, error) {
	d := &pointsDescription{File: modelFolder + "/points.npy", N: len(p.Codes), Labels: p.Labels, Classes: p.Classes, Scores: p.Scores}
	if d.N == 0 {
		return nil, fmt.Errorf("there are no encoded images")
	}
	if err := p.writeCodes(filepath.Join(dir, d.File)); err != nil {
		return nil, err
	}
	if principal, err := latent.FitPrincipal(p.Codes, noise); err == nil { // with too few points there is no such plane
		d.Planes = append(d.Planes, planeOf("Principal components", "of the variance", principal))
	}
	if p.Labels != nil {
		means, err := latent.ClassMeans(latent.Of(p.Codes...), p.Labels)
		if err != nil {
			return nil, err
		}
		var there [][]float32
		for _, z := range means {
			if z != nil {
				there = append(there, z)
			}
		}
		if principal, err := latent.FitPrincipal(there, noise); err == nil {
			d.Planes = append(d.Planes, planeOf("Classes apart", "of the class means' variance", principal))
		}
	}
	if p.Images != nil {
		var err error
		if d.Thumbnails, err = p.writeThumbnails(dir); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func planeOf(name, of string, p latent.Principal) plane {
	return plane{
		Name: name, Origin: p.Mean, Axes: p.Axes,
		X: fmt.Sprintf("first component, %.0f %% %s", 100*p.Share[0], of),
		Y: fmt.Sprintf("second component, %.0f %%", 100*p.Share[1]),
	}
}

func (p *Points) writeCodes(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := npy.WriteHeader(f, "<f4", len(p.Codes), len(p.Codes[0])); err != nil {
		return err
	}
	for _, z := range p.Codes {
		if err := binary.Write(f, binary.LittleEndian, z); err != nil {
			return err
		}
	}
	return f.Close()
}

func (p *Points) writeThumbnails(dir string) (*thumbnails, error) {
	shape, n := p.Images.Shape, p.Images.Len()
	if side := max(shape.H, shape.W); side > thumbnail {
		shape.H, shape.W = max(1, shape.H*thumbnail/side), max(1, shape.W*thumbnail/side)
	}
	t := &thumbnails{
		File: modelFolder + "/images.png", Columns: int(math.Ceil(math.Sqrt(float64(n)))),
		Width: shape.W, Height: shape.H, Exact: shape == p.Images.Shape,
	}
	bounds := image.Rect(0, 0, t.Columns*shape.W, (n+t.Columns-1)/t.Columns*shape.H)
	var sheet draw.Image = image.NewGray(bounds)
	if shape.C == 3 {
		opaque := image.NewRGBA(bounds)
		draw.Draw(opaque, bounds, image.NewUniform(color.Black), image.Point{}, draw.Src)
		sheet = opaque
	}
	for i := range n {
		picture := p.Images.Picture(i)
		if !t.Exact {
			small, err := (images.Framing{Fit: images.Stretch}).Image(picture, shape)
			if err != nil {
				return nil, err
			}
			picture = small.Picture()
		}
		at := image.Pt(i%t.Columns*shape.W, i/t.Columns*shape.H)
		draw.Draw(sheet, image.Rectangle{Min: at, Max: at.Add(image.Pt(shape.W, shape.H))}, picture, picture.Bounds().Min, draw.Src)
	}
	f, err := os.Create(filepath.Join(dir, t.File))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := png.Encode(f, sheet); err != nil {
		return nil, err
	}
	return t, f.Close()
}
