package infer_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"govae/infer"
	"govae/latent"
)

// augmentable returns a small VAE and images with labels: five of class 4, two of class 0
// and one of class 9.
func augmentable(t testing.TB, threads int) (vae *infer.Pair, images infer.Images, labels []int) {
	encoder, decoder := openEncoder(t, encoderModel(t, small), threads), openDecoder(t, decoderModel(t, small), threads)
	labels = []int{4, 0, 4, 4, 9, 0, 4, 4}
	images, err := infer.Collect(decoder.Sample(context.Background(), len(labels), latent.SampleOptions{Seed: 8}))
	if err != nil {
		t.Fatal(err)
	}
	return pair(t, encoder, decoder), images, labels
}

// augment collects what Augment makes of the eight images with other labels.
func augment(t testing.TB, threads int, labels []int, o infer.AugmentOptions) []infer.Synthetic {
	t.Helper()
	vae, images, _ := augmentable(t, threads)
	var all []infer.Synthetic
	for image, err := range vae.Augment(context.Background(), images.All(), labels, o) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, image)
	}
	return all
}

func TestAugmentBalances(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options infer.AugmentOptions
		want    []int // classes in order
	}{
		{"each", infer.AugmentOptions{PerClass: 3}, []int{0, 4, 9, 0, 4, 9, 0, 4, 9}},
		{"fill", infer.AugmentOptions{PerClass: 4, Fill: true}, []int{0, 9, 0, 9, 9}},
		{"full already", infer.AugmentOptions{PerClass: 1, Fill: true}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, labels := augmentable(t, 1)
			var got []int
			for _, image := range augment(t, 1, labels, tt.options) {
				got = append(got, image.Class)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("classes %v, want %v", got, tt.want)
			}
			if total, err := tt.options.Total(labels); err != nil || total != len(tt.want) {
				t.Errorf("Total promises %d images, %v; want %d", total, err, len(tt.want))
			}
		})
	}
}

func TestAugmentSources(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options infer.AugmentOptions
		sources int
	}{
		{"jitter", infer.AugmentOptions{PerClass: 20}, 1},
		{"interpolate", infer.AugmentOptions{Method: infer.Interpolation, PerClass: 18, Fill: true}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			labels := []int{4, 0, 4, 4, 0, 0, 4, 4}
			used := make([]int, len(labels))
			for _, image := range augment(t, 1, labels, tt.options) {
				if len(image.Sources) != tt.sources {
					t.Fatalf("made from %v, want %d sources", image.Sources, tt.sources)
				}
				used[image.Sources[0]]++
				for _, s := range image.Sources {
					if labels[s] != image.Class {
						t.Errorf("an image of class %d is made from one of class %d", image.Class, labels[s])
					}
				}
				if tt.sources == 2 && (image.Sources[0] == image.Sources[1] || !(image.Mix >= 0 && image.Mix < 1)) {
					t.Errorf("sources %v mixed by %g", image.Sources, image.Mix)
				}
			}
			// The five images of class 4 serve equally often.
			want := tt.options.Counts(labels)[4]
			for i, n := range used {
				if labels[i] == 4 && (n < want/5 || n > (want+4)/5) {
					t.Errorf("image %d serves %d times of %d", i, n, want)
				}
			}
		})
	}
}

func TestAugmentIsReproducible(t *testing.T) {
	for _, method := range []infer.AugmentMethod{infer.Jitter, infer.Interpolation} {
		t.Run(string(method), func(t *testing.T) {
			made := func(threads, perClass int, seed uint64) []infer.Synthetic {
				o := infer.AugmentOptions{Method: method, PerClass: perClass, Seed: seed}
				return augment(t, threads, []int{4, 0, 4, 4, 0, 0, 4, 4}, o)
			}
			one, three, fewer, other := made(1, 40, 3), made(3, 40, 3), made(2, 7, 3), made(1, 40, 4)
			for i, image := range one {
				if !reflect.DeepEqual(image, three[i]) {
					t.Fatalf("image %d differs on three threads", i)
				}
				if i < len(fewer) && !reflect.DeepEqual(image, fewer[i]) {
					t.Fatalf("image %d differs if fewer are made", i)
				}
				if slices.Equal(image.Pixels, other[i].Pixels) {
					t.Fatalf("image %d is the same for two seeds", i)
				}
			}
		})
	}
}

// TestAugmentParts: the parts of the new images are together the whole, and have no filter.
func TestAugmentParts(t *testing.T) {
	labels := []int{4, 0, 4, 4, 0, 0, 4, 4}
	for _, method := range []infer.AugmentMethod{infer.Jitter, infer.Interpolation} {
		o := infer.AugmentOptions{Method: method, PerClass: 9, Fill: true, Seed: 2}
		whole := augment(t, 1, labels, o)
		var joined []infer.Synthetic
		for _, n := range []int{1, 4, len(whole) - 5} {
			o.First, o.N = len(joined), n
			joined = append(joined, augment(t, 2, labels, o)...)
		}
		if len(joined) != len(whole) {
			t.Fatalf("%s: %d images, want %d", method, len(joined), len(whole))
		}
		for i := range whole {
			if !reflect.DeepEqual(joined[i], whole[i]) {
				t.Errorf("%s: image %d differs in a part", method, i)
			}
		}
	}
}

// logit undoes the sigmoid at the end of the small decoder, whose logits are linear
// in z.
func logit(p float32) float64 { return math.Log(float64(p)) - math.Log1p(-float64(p)) }

func TestAugmentComputes(t *testing.T) {
	ctx := context.Background()
	vae, given, _ := augmentable(t, 2)
	labels := make([]int, given.Len()) // all of one class
	means, err := infer.Collect(vae.Reconstruct(ctx, given.All()))
	if err != nil {
		t.Fatal(err)
	}
	for image, err := range vae.Augment(ctx, given.All(), labels, infer.AugmentOptions{Method: infer.Interpolation, PerClass: 30}) {
		if err != nil {
			t.Fatal(err)
		}
		a, b := means.At(image.Sources[0]), means.At(image.Sources[1])
		for p, v := range image.Pixels {
			if want := (1-image.Mix)*logit(a.Pixels[p]) + image.Mix*logit(b.Pixels[p]); math.Abs(logit(v)-want) > 1e-4 {
				t.Fatalf("pixel %d has the logit %g, want %g", p, logit(v), want)
			}
		}
	}

	// Of one image jittered many times, a logit w z has the mean w mean and the
	// variance noise² Σ (w sigma)².
	const n, noise = 4000, 0.5
	one := infer.Images{Shape: given.Shape, Pixels: given.At(0).Pixels}
	_, logVar, err := vae.Encoder.Encode(ctx, one.Pixels)
	if err != nil {
		t.Fatal(err)
	}
	w := weights("pixels", small.pixels(), small.latent)
	var variance float64
	for j := range small.latent {
		variance += noise * noise * float64(w[j]*w[j]) * math.Exp(float64(logVar[j]))
	}
	var sum, squares float64
	for image, err := range vae.Augment(ctx, one.All(), []int{0}, infer.AugmentOptions{Noise: noise, PerClass: n}) {
		if err != nil {
			t.Fatal(err)
		}
		d := logit(image.Pixels[0]) - logit(means.At(0).Pixels[0])
		sum, squares = sum+d, squares+d*d
	}
	if mean := sum / n; math.Abs(mean) > 4*math.Sqrt(variance/n) {
		t.Errorf("jitter moves a logit by %g on average, want 0", mean)
	}
	if got := squares / n; math.Abs(got/variance-1) > 0.1 {
		t.Errorf("jitter gives a logit the variance %g, want %g", got, variance)
	}
}

func TestAugmentErrors(t *testing.T) {
	vae, images, labels := augmentable(t, 1)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, tt := range []struct {
		name    string
		ctx     context.Context
		labels  []int
		options infer.AugmentOptions
		want    string
	}{
		{"labels", context.Background(), labels[1:], infer.AugmentOptions{PerClass: 1}, "7 labels for 8 images"},
		{"single", context.Background(), labels, infer.AugmentOptions{PerClass: 1, Method: infer.Interpolation}, "class 9 has one image, and the method interpolate needs two"},
		{"method", context.Background(), labels, infer.AugmentOptions{PerClass: 1, Method: "magic"}, "the option Method is magic; want jitter, interpolate or sample"},
		{"noise", context.Background(), labels, infer.AugmentOptions{PerClass: 1, Noise: -1}, "the option Noise is -1"},
		{"none", context.Background(), labels, infer.AugmentOptions{}, "the option PerClass is 0"},
		{"part", context.Background(), labels, infer.AugmentOptions{PerClass: 1, First: 2}, "the option First is 2"},
		{"part and filter", context.Background(), labels, infer.AugmentOptions{PerClass: 1, N: 2, Filter: &infer.AugmentFilter{}}, "the option N is 2; want 0, as a Filter needs all images"},
		{"cancelled", cancelled, labels, infer.AugmentOptions{PerClass: 1}, context.Canceled.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := 0
			for _, err := range vae.Augment(tt.ctx, images.All(), tt.labels, tt.options) {
				if n++; err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %v, want one with %q", err, tt.want)
				}
			}
			if n != 1 {
				t.Errorf("%d results, want one error", n)
			}
		})
	}
	broken := errors.New("broken")
	for _, err := range vae.Augment(context.Background(), func(yield func(infer.Image, error) bool) { yield(infer.Image{}, broken) }, labels, infer.AugmentOptions{PerClass: 1}) {
		if !errors.Is(err, broken) {
			t.Errorf("error %v, want that of the images", err)
		}
	}
}

// TestAugmentStops leaves the stream early, which must end what runs ahead.
func TestAugmentStops(t *testing.T) {
	vae, images, labels := augmentable(t, 2)
	for _, err := range vae.Augment(context.Background(), images.All(), labels, infer.AugmentOptions{PerClass: math.MaxUint32 - 1}) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
}
