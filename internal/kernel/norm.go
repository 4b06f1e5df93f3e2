package kernel

// SumOfSquares returns the sum of the squares of x, in float64. Its bits do not depend on
// the number of threads.
func (k *Kernel) SumOfSquares(x []float32) float64 {
	parts := k.doubles.borrow(ceilDiv(len(x), adamBlock))
	launch(k, &k.squares, len(*parts), squaresTask{*parts, x})
	var sum float64
	for _, part := range *parts {
		sum += part
	}
	k.doubles.giveBack(parts)
	return sum
}

type squaresTask struct {
	parts []float64
	x     []float32
}

func (t *squaresTask) Do(i int) {
	var sums [4]float64 // independent of each other, for the processor's sake
	x := t.x[i*adamBlock : min((i+1)*adamBlock, len(t.x))]
	for ; len(x) >= len(sums); x = x[len(sums):] {
		for j := range sums {
			sums[j] += float64(x[j]) * float64(x[j])
		}
	}
	for j, v := range x {
		sums[j] += float64(v) * float64(v)
	}
	t.parts[i] = (sums[0] + sums[1]) + (sums[2] + sums[3])
}
