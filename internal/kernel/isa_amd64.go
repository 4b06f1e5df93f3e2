package kernel

import "golang.org/x/sys/cpu"

//go:generate go -C gen run . -out ../assembly_amd64.s -stubs ../assembly_amd64.go -pkg kernel

// supported returns the instruction sets of this processor, the fastest first.
func supported() (sets []*isa) {
	x := &cpu.X86
	if x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL {
		set := &isa{
			name: "avx512", cols: 32,
			gather: gatherAVX512, gatherRows: 12,
			gatherFew: gatherFewAVX512, gatherFewRows: 8, gatherPacking: gatherPackingAVX512,
			outer: outerAVX512, outerRows: 8, outerFew: outerFewAVX512,
			lanes: 16, exp: expAVX512, sigmoid: sigmoidAVX512, tanh: tanhAVX512, tanhGradient: tanhGradientAVX512,
			silu: siluAVX512, siluGradient: siluGradientAVX512, leakyReLU: leakyReLUAVX512,
			pixels: pixelsAVX512, sample: sampleAVX512, sampleGradient: sampleGradientAVX512, normal: normalAVX512,
			bernoulli: bernoulliAVX512, gaussian: gaussianAVX512, logistic: logisticAVX512, adam: adamAVX512, toward: towardAVX512, scale: scaleAVX512, columnSums: columnSumsAVX512,
			columnProducts: columnProductsAVX512, columnAffine: columnAffineAVX512,
			addRows: addRowsAVX512, peak: peakAVX512, pack: packAVX512,
			transpose8: transpose8, prefetch: prefetch,
		}
		if x.HasAVX512BF16 {
			pairs := *set
			pairs.gather, pairs.gatherFew, pairs.gatherPacking = gatherBFloat16, gatherFewBFloat16, gatherPackingBFloat16
			pairs.outer, pairs.outerFew, pairs.peak = outerBFloat16, outerFewBFloat16, peakBFloat16
			pairs.pairColumns, pairs.pairRows = pairColumnsBFloat16, pairRowsBFloat16
			set.paired = &pairs
		}
		sets = append(sets, set)
	}
	if x.HasAVX2 && x.HasFMA {
		sets = append(sets, &isa{
			name: "avx2", cols: 16,
			gather: gatherAVX2, gatherRows: 6,
			gatherFew: gatherFewAVX2, gatherFewRows: 4, gatherPacking: gatherPackingAVX2,
			outer: outerAVX2, outerRows: 6, outerFew: outerFewAVX2,
			lanes: 8, exp: expAVX2, sigmoid: sigmoidAVX2, tanh: tanhAVX2, tanhGradient: tanhGradientAVX2,
			silu: siluAVX2, siluGradient: siluGradientAVX2, leakyReLU: leakyReLUAVX2,
			pixels: pixelsAVX2, sample: sampleAVX2, sampleGradient: sampleGradientAVX2, normal: normalAVX2,
			bernoulli: bernoulliAVX2, gaussian: gaussianAVX2, logistic: logisticAVX2, adam: adamAVX2, toward: towardAVX2, scale: scaleAVX2, columnSums: columnSumsAVX2,
			columnProducts: columnProductsAVX2, columnAffine: columnAffineAVX2,
			addRows: addRowsAVX2, peak: peakAVX2, pack: packAVX2,
			transpose8: transpose8, prefetch: prefetch,
		})
	}
	return sets
}
