package infer

import (
	"cmp"
	"slices"
)

// Extremes returns which n of all scores are the lowest and the highest, the most extreme
// first: the odd and the usual images of a set that [Pair.Scores] has scored. Equal scores
// come in their order, from the end among the highest. If there are fewer than 2n, half
// of them, rounded up, are in either.
func Extremes(scores []float64, n int) (lowest, highest []int) {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[a], scores[b]) })
	n = max(0, min(n, (len(order)+1)/2))
	lowest, highest = order[:n:n], slices.Clone(order[len(order)-n:])
	slices.Reverse(highest)
	return lowest, highest
}
