// Command owngraph builds an ONNX graph that is no model of this project, an edge filter,
// and runs it in an engine: edges.png shows the edges of a picture.
package main

import (
	"errors"
	"flag"
	"image"
	"image/png"
	"log"
	"os"

	"govae/engine"
	"govae/images"
	"govae/onnx"
)

func main() {
	out := flag.String("out", "edges.png", "picture to write")
	flag.Parse()
	disc := image.NewGray(image.Rect(0, 0, 96, 96))
	for i := range disc.Pix {
		if x, y := i%96-48, i/96-48; x*x+y*y < 30*30 {
			disc.Pix[i] = 64
		}
	}
	edges, err := edges(disc)
	if err != nil {
		log.Fatal(err)
	}
	f, err := os.Create(*out)
	if err != nil {
		log.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, edges), f.Close()); err != nil {
		log.Fatal(err)
	}
}

// edges returns the edges of a picture, which are brighter where they are steeper.
func edges(p image.Image) (image.Image, error) {
	picture, err := images.FromPicture(p, images.Shape{H: p.Bounds().Dy(), W: p.Bounds().Dx(), C: 1})
	if err != nil {
		return nil, err
	}
	model, err := sobel()
	if err != nil {
		return nil, err
	}
	e, err := engine.New(engine.Options{})
	if err != nil {
		return nil, err
	}
	program, err := e.Load(model)
	if err != nil {
		return nil, err
	}
	defer program.Close()
	x := engine.Tensor{Shape: []int{1, picture.C, picture.H, picture.W}, Data: picture.Pixels}
	outputs, err := program.Run([]engine.Tensor{x})
	if err != nil {
		return nil, err
	}
	return images.Image{Shape: picture.Shape, Pixels: outputs[0].Data}.Picture(), nil
}

// sobel returns the graph: the changes from left to right and from top to bottom by the
// filters of Sobel, squared, summed over the two channels that they are, and the root.
func sobel() (*onnx.Model, error) {
	g := onnx.NewBuilder("sobel")
	x := g.Input("picture", onnx.Float32, onnx.Size(1), onnx.Size(1), onnx.Named("height"), onnx.Named("width"))
	filters := g.Float32("filters", []int{2, 1, 3, 3}, []float32{-1, 0, 1, -2, 0, 2, -1, 0, 1, -1, -2, -1, 0, 0, 0, 1, 2, 1})
	changes := g.Node("Conv", "changes", []onnx.Value{x, filters}, onnx.Ints("pads", 1, 1, 1, 1))
	squares := g.Node("Mul", "squares", []onnx.Value{changes, changes})
	sum := g.Node("ReduceSum", "sum", []onnx.Value{squares, g.Int64("axes", []int{1}, []int64{1})})
	g.Output("edges", g.Node("Sqrt", "root", []onnx.Value{sum}))
	return g.Model(onnx.ModelOptions{})
}
