//go:build !amd64 && !arm64

package kernel

// supported returns the instruction sets of this processor: none has assembly yet.
func supported() []*isa { return nil }
