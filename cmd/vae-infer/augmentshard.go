package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"unicode/utf8"

	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/images"
	"govae/infer"
	"govae/internal/arrayfile"
	"govae/internal/atomicfile"
	"govae/internal/idx"
	"govae/sink"
)

// augmentTask is the task in the records of augmentation's shards. A shard keeps the bytes of
// its images and a line for each, as in the manifest; join writes the folder of them.
const augmentTask = "augment"

// augmentedFiles name what holds all images, and the lines of their origins.
func augmentedFiles(out string) (pixels, origins string) { return out + ".idx", out + ".jsonl" }

// folder is how the folder is written, of images of one shape.
type folder struct {
	Shape images.Shape         `json:"shape"`
	Write dataset.WriteOptions `json:"write"`
}

// part makes the shard's part of total new images.
func (a *augmentation) part(ctx context.Context, pair *infer.Pair, x dataset.Selection, total int, data string) error {
	if err := a.shard.enough(total); err != nil {
		return err
	}
	if err := checkNames(x); err != nil {
		return err
	}
	write := a.write
	write.Into = false // that is up to join
	written, err := json.Marshal(folder{pair.Decoder.Shape(), write})
	if err != nil {
		return err
	}
	j := sink.ShardJob{Path: filepath.Clean(a.out), Total: total, Job: jobOf(pair, map[string]string{
		"task": augmentTask, "data": (&dataset.Data{Train: x.Images}).Fingerprint(), "data's name": data, "data's names": namesDigest(x),
		"method": string(a.Method), "noise": fmt.Sprint(a.Noise), "per-class": fmt.Sprint(a.PerClass), "fill": fmt.Sprint(a.Fill), "seed": fmt.Sprint(a.Seed),
		"the folder": string(written),
	})}
	from, end := a.shard.Range(total)
	a.First, a.N = from, end-from
	wholePixels, wholeOrigins := augmentedFiles(j.Path)
	pixels, origins := a.shard.Path(wholePixels), a.shard.Path(wholeOrigins)
	p := a.app.Progress(a.N, "images")
	defer p.Stop()
	return a.shard.run(a.app, j, map[string]string{wholePixels: pixels, wholeOrigins: origins}, func() error {
		made := cli.Counted(p, pair.Augment(ctx, x.All(), x.Labels, a.AugmentOptions))
		err := atomicfile.Write(origins, func(w io.Writer) error {
			lines := json.NewEncoder(w)
			var failed error // of a line
			err := sink.Write(pixels, sink.Options{N: a.N, Shape: pair.Decoder.Shape(), Force: true}, func(int) iter.Seq2[images.Image, error] {
				return convert(made, func(m infer.Synthetic, _ int) images.Image {
					failed = cmp.Or(failed, lines.Encode(a.origin(pair, x, m, data)))
					return m.Image
				})
			})
			return cmp.Or(err, failed)
		})
		if err != nil {
			return err
		}
		a.app.Printf("%s: %d new images by %s in %.2f s", pixels, a.N, pair.Engine(), p.Done())
		return nil
	})
}

// checkNames refuses names that JSON, and so the lines of a shard, cannot hold.
func checkNames(x dataset.Selection) error {
	for name := range names(x) {
		if !utf8.ValidString(name) {
			return cli.Usagef("the name %q is no UTF-8, which --shard needs; rename it", name)
		}
	}
	return nil
}

// joinAugmentation writes the folder of the images of all shards.
func (j *joining) joinAugmentation(s *sink.Shards) error {
	var f folder
	if json.Unmarshal([]byte(s.Job["the folder"]), &f) != nil || f.Shape.C != 1 && f.Shape.C != 3 {
		return damagedShards(s)
	}
	f.Write.Into = j.force
	pixels, origins := augmentedFiles(s.Path)
	p, o := s.Read(pixels), s.Read(origins)
	defer p.Close()
	defer o.Close()
	if err := dataset.Write(s.Path, readAugmented(p, o, f.Shape, s.Total), f.Write); err != nil {
		return err
	}
	j.app.Printf("%s: %d new images of %d shards; %s tells where each is from", s.Path, s.Total, s.N, dataset.Manifest)
	return nil
}

// damagedShards is the error of records that lack what [joining] needs.
func damagedShards(s *sink.Shards) error {
	return fmt.Errorf("%s: the records of its shards are damaged; remove them and make the shards again", s.Path)
}

// readAugmented yields n images of a shape and their origins.
func readAugmented(pixels, origins io.Reader, shape images.Shape, n int) iter.Seq2[dataset.Synthetic, error] {
	return func(yield func(dataset.Synthetic, error) bool) {
		fail := func(err error) { yield(dataset.Synthetic{}, err) }
		var want bytes.Buffer
		if err := idx.WriteImagesHeader(&want, n, shape); err != nil {
			fail(err)
			return
		}
		r := bufio.NewReaderSize(pixels, 1<<16)
		header := make([]byte, want.Len())
		if _, err := io.ReadFull(r, header); err != nil {
			fail(err)
			return
		}
		if !bytes.Equal(header, want.Bytes()) {
			fail(fmt.Errorf("the images of the shards are not %d of %v", n, shape))
			return
		}
		lines := json.NewDecoder(origins)
		for i := range n {
			x, err := arrayfile.ReadBytes(io.LimitReader(r, int64(shape.Len())), []int{shape.Len()})
			m := dataset.Synthetic{}
			if err == nil {
				m.Picture = (&images.Set{Shape: shape, Pixels: x}).Picture(0)
				err = lines.Decode(&m.Origin)
			}
			if err != nil {
				err = fmt.Errorf("image %d of the shards: %w", i, err)
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
		// Read finds out at the end whether a part has changed.
		for _, rest := range []io.Reader{r, io.MultiReader(lines.Buffered(), origins)} {
			if _, err := io.Copy(io.Discard, rest); err != nil {
				fail(err)
				return
			}
		}
	}
}
