package kernel

import (
	"math"
	"sync/atomic"
	"testing"

	"govae/internal/random"
)

func TestPixels(t *testing.T) { eachKernel(t, testPixels) }

// Every byte in every place of a vector, and all lengths, exactly.
func testPixels(t *testing.T) {
	k := newKernel(t, 1)
	src := make([]byte, 256+3*16+1)
	for i := range src {
		src[i] = byte(i)
	}
	for n := range 3*16 + 2 {
		for first := range 256 {
			dst := rubbish(n + 1)
			k.Pixels(dst[:n], src[first:first+n])
			for i, v := range src[first : first+n] {
				if want := float32(float64(v) / 255); dst[i] != want {
					t.Fatalf("%d of %d: %d became %v, want %v", i, n, v, dst[i], want)
				}
			}
			if dst[n] == dst[n] {
				t.Fatalf("%d bytes made more than %d numbers", n, n)
			}
		}
	}
}

func TestNormal(t *testing.T) { eachKernel(t, testNormal) }

// Every kernel makes the bits of package random.
func testNormal(t *testing.T) {
	k := newKernel(t, 1)
	for _, seed := range []uint64{0, 1, 1<<63 | 12345} {
		for _, width := range []int{0, 1, 2, 3, 16, 33, 400} {
			for rows := range 3*16 + 2 {
				index := make([]int, rows)
				for i := range index {
					index[i] = (i*7919 + 59_990) % 60_000
				}
				eps := rubbish(rows*width + 1)
				k.Normal(eps[:rows*width], seed, random.TrainNoise, 3, index)
				for i, image := range index {
					s := random.New(seed, random.TrainNoise, 3, uint32(image))
					want := make([]float32, width)
					s.Normal(want)
					for j, v := range want {
						if got := eps[i*width+j]; math.Float32bits(got) != math.Float32bits(v) {
							t.Fatalf("seed %d, row %d of %d, %d of %d: %v, want %v", seed, i, rows, j, width, got, v)
						}
					}
				}
				if last := eps[rows*width]; last == last {
					t.Fatalf("%d rows of %d: more was written", rows, width)
				}
			}
		}
	}
}

func TestStart(t *testing.T) {
	for _, threads := range []int{1, 2, 5} {
		k := newKernel(t, threads)
		for range 100 {
			var counts [7]count
			var jobs [7]Job
			for i := range jobs {
				counts[i].done = make([]atomic.Int32, 3*i)
				jobs[i] = k.Start(len(counts[i].done), &counts[i])
			}
			c := count{make([]atomic.Int32, 10)}
			k.Run(len(c.done), &c) // in between
			for i, j := range jobs {
				j.Wait()
				for task := range counts[i].done {
					if n := counts[i].done[task].Load(); n != 1 {
						t.Fatalf("%d threads: task %d of %d was done %d times", threads, task, 3*i, n)
					}
				}
			}
		}
	}
}
