package anomaly

import (
	"math"
	"slices"
)

// tail is the distribution of the scores of normal pictures.
type tail struct {
	// Quantiles of the scores of normal pictures, evenly apart: the first is the least of
	// them and the last the start of the tail.
	Quantiles []float64 `json:"quantiles"`
	// Share of the normal pictures whose scores are in the tail: a tenth, or more if there
	// are few.
	Share float64 `json:"share"`
	// Scale is the mean by which those exceed its start. Beyond it the share falls
	// exponentially, as that of the excess of most distributions does (J. Pickands,
	// "Statistical Inference Using Extreme Order Statistics", 1975, with shape 0).
	Scale float64 `json:"scale"`
}

const quantiles = 33

// fitTail learns from the scores of normal pictures, two or more, which it sorts.
func fitTail(scores []float64) tail {
	slices.Sort(scores)
	n := len(scores)
	inTail := max(n/10, min(10, n/2))
	start := n - 1 - inTail
	t := tail{Quantiles: make([]float64, quantiles), Share: float64(inTail) / float64(n)}
	for i := range t.Quantiles {
		at := float64(start) * float64(i) / float64(quantiles-1)
		low := int(at)
		t.Quantiles[i] = scores[low] + (at-float64(low))*(scores[min(low+1, start)]-scores[low])
	}
	for _, s := range scores[start+1:] {
		t.Scale += (s - scores[start]) / float64(inTail)
	}
	// Where the largest scores are all alike, a higher one is odd, but not infinitely so.
	t.Scale = max(t.Scale, 1e-3*(scores[start]-scores[0]), 1e-9*math.Abs(scores[start]), 1e-12)
	return t
}

// rarity returns -log10 of the share of normal pictures whose score is as high: 2 for the
// highest in a hundred. It never falls as the score rises.
func (t tail) rarity(score float64) float64 {
	start := t.Quantiles[quantiles-1]
	if score >= start {
		return -math.Log10(t.Share) + (score-start)/t.Scale/math.Ln10
	}
	// Between two quantiles the share falls evenly.
	i, _ := slices.BinarySearch(t.Quantiles, score) // the first that is not below
	if i == 0 {
		return 0
	}
	low, high := t.Quantiles[i-1], t.Quantiles[i]
	at := (float64(i-1) + (score-low)/(high-low)) / float64(quantiles-1)
	return -math.Log10(1 - at*(1-t.Share))
}

// exceededBy returns the score that a share of normal pictures exceeds, or the start of the
// tail where that is less.
func (t tail) exceededBy(share float64) float64 {
	return t.Quantiles[quantiles-1] + t.Scale*math.Log(max(1, t.Share/share))
}
