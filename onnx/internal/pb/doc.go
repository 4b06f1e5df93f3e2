// Package pb holds the protobuf messages of the ONNX format, generated from
// vae_onnx.proto. The generator is a Go program: it needs neither protoc nor a
// plugin.
package pb

//go:generate go run -C gen . ../vae_onnx.proto
