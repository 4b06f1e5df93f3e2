package onnx_test

import (
	"fmt"
	"log"
	"os"

	"govae/onnx"
)

// A decoder of one layer: from two latent numbers to four pixels.
func ExampleBuilder() {
	b := onnx.NewBuilder("decoder")
	z := b.Input("z", onnx.Float32, onnx.Named("batch"), onnx.Size(2))
	weight := b.Float32("decoder/dense_0/weight", []int{4, 2}, []float32{1, 0, 0, 1, -1, 0, 0, -1})
	bias := b.Float32("decoder/dense_0/bias", []int{4}, make([]float32, 4))
	y := b.Node("Gemm", "decoder/dense_0", []onnx.Value{z, weight, bias}, onnx.Int("transB", 1))
	y = b.Node("Sigmoid", "decoder/sigmoid", []onnx.Value{y})
	b.Output("image", y)

	model, err := b.Model(onnx.ModelOptions{ProducerName: "example"})
	if err != nil {
		log.Fatal(err)
	}
	model.SetMetadata("vae.latent", "2")
	if err := model.Dump(os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output:
	// ir 8
	// opset ai.onnx 17
	// producer example
	// metadata vae.latent = "2"
	// graph decoder
	//   input z float32[batch,2]
	//   output image float32[batch,4]
	//   weight decoder/dense_0/weight float32[4,2] crc32 164d5e04
	//   weight decoder/dense_0/bias float32[4] crc32 ecbb4b55
	//   node decoder/dense_0 = Gemm(z, decoder/dense_0/weight, decoder/dense_0/bias) transB=1
	//     -> decoder/dense_0 float32[batch,4]
	//   node decoder/sigmoid = Sigmoid(decoder/dense_0)
	//     -> image float32[batch,4]
}

// The reader finds what is wrong with a model before anything runs it.
func ExampleModel_Check() {
	b := onnx.NewBuilder("classifier")
	x := b.Input("x", onnx.Float32, onnx.Named("batch"), onnx.Size(3))
	weight := b.Float32("weight", []int{2, 4}, make([]float32, 8))
	b.Output("y", b.Node("MatMul", "dense", []onnx.Value{x, weight}))

	_, err := b.Model(onnx.ModelOptions{})
	fmt.Println(err)
	// Output:
	// node "dense" (MatMul): the product of [batch,3] and [2,4] does not exist: 3 is not 2
}

// An application reads what it needs to know from the file itself. With go:embed
// the bytes are part of the program.
func ExampleUnmarshal() {
	b := onnx.NewBuilder("double")
	x := b.Input("x", onnx.Float32, onnx.Named("batch"))
	b.Output("y", b.Node("Mul", "mul", []onnx.Value{x, b.Float32("two", []int{1}, []float32{2})}))
	written, err := b.Model(onnx.ModelOptions{})
	if err != nil {
		log.Fatal(err)
	}
	data, err := written.Marshal()
	if err != nil {
		log.Fatal(err)
	}

	model, err := onnx.Unmarshal(data)
	if err != nil {
		log.Fatal(err)
	}
	values, err := onnx.Infer(model) // checks the model, too
	if err != nil {
		log.Fatal(err)
	}
	for _, node := range model.Graph.Nodes {
		fmt.Println(node.Op, node.Inputs, node.Outputs)
	}
	two, err := model.Graph.Initializer("two").Float32s()
	fmt.Println("two =", two, err)
	fmt.Println("y has the shape", values["y"].Shape)
	// Output:
	// Mul [x two] [y]
	// two = [2] <nil>
	// y has the shape [batch]
}
