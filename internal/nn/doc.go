// Package nn holds the layers of neural networks, their parameters, and networks as
// graphs of them: forward and backward passes, and emission to ONNX.
//
// A [Layer] owns its maths and its ONNX form: Forward, Backward and Emit stand in one
// file, so the compiler refuses a layer that cannot be exported. Layers hold parameters
// and nothing that a batch leaves behind; that lives in a [Pass], so that one network can
// be used by many goroutines, each with a pass of its own.
//
// In memory feature maps are channels last, (N, H, W, C), because every fast path then
// reads and writes contiguous channels. In files (model.safetensors and ONNX) everything
// has ONNX's order: images (N, C, H, W), convolution weights OIHW, transposed ones IOHW,
// dense weights [out, in], flattening in CHW order. [Param] translates between the two,
// so no graph needs a Transpose.
//
// Parameters are named part/layer/tensor, the same in model.safetensors and in the ONNX
// files: encoder/conv_0/weight, encoder/mean/bias, decoder/conv_transpose_1/weight.
package nn
