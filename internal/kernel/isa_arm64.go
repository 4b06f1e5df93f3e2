package kernel

// supported returns the instruction sets of this processor: all of arm64 have NEON.
func supported() []*isa {
	return []*isa{{
		name: "neon", cols: 8,
		gather: gatherNEON, gatherRows: 12,
		gatherFew: gatherFewNEON, gatherFewRows: 8, gatherPacking: gatherPackingNEON,
		outer: outerNEON, outerRows: 12, outerFew: outerFewNEON,
		lanes: 4, exp: expNEON, sigmoid: sigmoidNEON, tanh: tanhNEON, tanhGradient: tanhGradientNEON,
		silu: siluNEON, siluGradient: siluGradientNEON, leakyReLU: leakyReLUNEON,
		pixels: pixelsNEON, sample: sampleNEON, sampleGradient: sampleGradientNEON, normal: normalNEON,
		bernoulli: bernoulliNEON, gaussian: gaussianNEON, logistic: logisticNEON, adam: adamNEON, toward: towardNEON, scale: scaleNEON, columnSums: columnSumsNEON,
		columnProducts: columnProductsNEON, columnAffine: columnAffineNEON, addRows: addRowsNEON,
		peak: peakNEON, pack: packNEON,
		transpose8: transpose8, prefetch: prefetch,
	}}
}
