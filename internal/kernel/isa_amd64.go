package kernel

import "golang.org/x/sys/cpu"

//go:generate go -C gen run . -out ../assembly_amd64.s -stubs ../assembly_amd64.go -pkg kernel

// supported returns the instruction sets of this processor, the fastest first.
func supported() (sets []*isa) {
	x := &cpu.X86
	if x.HasAVX512F && x.HasAVX512DQ && x.HasAVX512BW && x.HasAVX512VL {
		sets = append(sets, &isa{
			name: "avx512", cols: 32,
			gather: gatherAVX512, gatherRows: 12,
			peak: peakAVX512, outer: outerAVX512, outerRows: 8,
			transpose8: transpose8,
		})
	}
	if x.HasAVX2 && x.HasFMA {
		sets = append(sets, &isa{
			name: "avx2", cols: 16,
			gather: gatherAVX2, gatherRows: 6,
			peak: peakAVX2, outer: outerAVX2, outerRows: 4,
			transpose8: transpose8,
		})
	}
	return sets
}
