package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"govae/infer"
	"govae/internal/atomicfile"
	"govae/internal/cli"
	"govae/internal/npy"
	"govae/latent"
)

func encode(m *modelFlags) *cobra.Command {
	e, in := encoding{modelFlags: m}, inputFlags{}
	cmd := &cobra.Command{
		Use:   "encode [FILE…]",
		Short: "Write the latent codes of images, or fit a mixture to them",
		Long: `Encode images to a NumPy file of latent points.

--out holds the mean of each image's code, float32 [n,L], or with --draws K points
of its posterior, [n,K,L]. Labels go beside it: codes.labels.npy, int64 [n], where class
folders count from 0 in the order of their names; labels of other images that are there
are removed.

--fit-mixture fits a Gaussian mixture with full covariances to draws of the
posteriors, and chooses its number of components by BIC. Images that are drawn
from it (vae-infer --from codes.json) are better than those of the prior where the
codes do not fill the prior. It writes no --out unless that is given.`,
		Example: `  vae-infer encode --data mnist
  vae-infer encode --data mnist --split train --log-var log_var.npy --out codes.npy
  vae-infer encode photos/ --resize --draws 10 --seed 1 --out draws.npy
  vae-infer encode --data mnist --split train --fit-mixture codes.json`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if err := in.check(files); err != nil {
				return err
			}
			writesOut := e.mixture == "" || cmd.Flags().Changed("out")
			if err := e.check(writesOut); err != nil {
				return err
			}
			outputs := []string{e.mixture, e.logVar}
			if writesOut {
				outputs = append(outputs, e.out, e.labels())
			}
			if err := m.checkOutputs(append(files, in.data), outputs...); err != nil {
				return err
			}
			encoder, err := m.openEncoder()
			if err != nil {
				return err
			}
			defer encoder.Close()
			x, err := in.load(cmd.Context(), encoder.Shape(), files)
			if err != nil {
				return err
			}
			if e.mixture != "" {
				if err := e.fit(cmd.Context(), encoder, x); err != nil || !writesOut {
					return err
				}
			}
			return e.write(cmd.Context(), encoder, x)
		},
	}
	f := cmd.Flags()
	f.StringVar(&e.out, "out", "codes.npy", "file for the latent points")
	f.StringVar(&e.logVar, "log-var", "", "file for the logarithms of the posteriors' variances, [n,L]")
	f.IntVar(&e.draws, "draws", 0, "points to draw from each posterior, instead of its mean")
	f.Uint64Var(&e.seed, "seed", 0, "number that determines the draws and the fit")
	f.StringVar(&e.mixture, "fit-mixture", "", "JSON file for a Gaussian mixture")
	f.IntSliceVar(&e.components, "components", []int{1, 20}, "`LEAST,MOST` components of the mixture; fewer are tried where more do not help")
	in.flags(cmd, 0)
	return cmd
}

// encoding says what becomes of codes.
type encoding struct {
	*modelFlags
	out, logVar, mixture string
	draws                int
	seed                 uint64
	components           []int
}

// labels is the file for the labels.
func (e *encoding) labels() string { return strings.TrimSuffix(e.out, ".npy") + ".labels.npy" }

func (e *encoding) check(writesOut bool) error {
	for flag, path := range map[string]string{"out": e.out, "log-var": e.logVar} {
		if path != "" && filepath.Ext(path) != ".npy" {
			return cli.Usagef("--%s %s: want a .npy file", flag, path)
		}
	}
	if e.mixture != "" && filepath.Ext(e.mixture) != ".json" {
		return cli.Usagef("--fit-mixture %s: want a .json file", e.mixture)
	}
	if e.logVar != "" && !writesOut {
		return cli.Usagef("--log-var %s: goes with --out, which --fit-mixture writes only if it is given", e.logVar)
	}
	if e.draws < 0 {
		return cli.Usagef("--draws %d: want a number of points an image, or 0 for the means", e.draws)
	}
	if c := e.components; len(c) != 2 || c[0] < 1 || c[1] < c[0] {
		return cli.Usagef("--components: want the least and the most, such as 1,20")
	}
	return nil
}

// write encodes x to --out, --log-var and the labels beside.
func (e *encoding) write(ctx context.Context, encoder *infer.Encoder, x input) error {
	start := time.Now()
	p := e.app.Progress(x.Len(), "images")
	defer p.Stop()
	codes := counted(p, encoder.EncodeAll(ctx, x.all()))
	err := atomicfile.Write(e.out, func(w io.Writer) error {
		if e.logVar == "" {
			return e.writePoints(w, encoder.Latent(), x.Len(), codes)
		}
		return atomicfile.Write(e.logVar, func(v io.Writer) error {
			if err := npy.WriteHeader(v, "<f4", x.Len(), encoder.Latent()); err != nil {
				return err
			}
			return e.writePoints(w, encoder.Latent(), x.Len(), writingLogVar(v, codes))
		})
	})
	if err != nil {
		return err
	}
	written := e.out
	if x.Labels != nil {
		if err := writeLabels(e.labels(), x.Labels); err != nil {
			return err
		}
		written += ", " + e.labels()
	} else {
		// Labels of other images, encoded to this name before, would be taken for these'.
		if err := os.Remove(e.labels()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	p.Stop()
	e.app.Printf("%s: %d images by %s in %.2f s", written, x.Len(), encoder.Engine(), time.Since(start).Seconds())
	return nil
}

// writePoints writes the means or the draws of n codes.
func (e *encoding) writePoints(w io.Writer, dims, n int, codes iter.Seq2[latent.Code, error]) error {
	shape, points := []int{n, dims}, latent.Means(codes)
	if e.draws > 0 {
		shape, points = []int{n, e.draws, dims}, latent.Draws(codes, e.draws, e.seed)
	}
	if err := npy.WriteHeader(w, "<f4", shape...); err != nil {
		return err
	}
	for z, err := range points {
		if err != nil {
			return err
		}
		if err := binary.Write(w, binary.LittleEndian, z); err != nil {
			return err
		}
	}
	return nil
}

// writingLogVar writes the log variances of codes as they go by.
func writingLogVar(w io.Writer, codes iter.Seq2[latent.Code, error]) iter.Seq2[latent.Code, error] {
	return func(yield func(latent.Code, error) bool) {
		for code, err := range codes {
			if err == nil && code.LogVar == nil {
				err = fmt.Errorf("the encoder gives no log variances; leave --log-var out")
			}
			if err == nil {
				err = binary.Write(w, binary.LittleEndian, code.LogVar)
			}
			if !yield(code, err) || err != nil {
				return
			}
		}
	}
}

func writeLabels(path string, labels []int) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		if err := npy.WriteHeader(w, "<i8", len(labels)); err != nil {
			return err
		}
		numbers := make([]int64, len(labels))
		for i, l := range labels {
			numbers[i] = int64(l)
		}
		return binary.Write(w, binary.LittleEndian, numbers)
	})
}

// fit fits a mixture to the posteriors of x.
func (e *encoding) fit(ctx context.Context, encoder *infer.Encoder, x input) error {
	start := time.Now()
	p := e.app.Progress(x.Len(), "images")
	defer p.Stop()
	draws := latent.Draws(counted(p, encoder.EncodeAll(ctx, x.all())), max(1, e.draws), e.seed)
	options := latent.FitOptions{Least: e.components[0], Most: e.components[1], Seed: e.seed, Threads: e.app.Threads}
	options.Fitted = func(s latent.MixtureScore) { e.app.Notef("%d components: BIC %.0f", s.Components, s.BIC) }
	mixture, err := latent.FitMixture(ctx, encoder.Space(), draws, options)
	if err != nil {
		return err
	}
	p.Stop()
	if err := mixture.WriteFile(e.mixture); err != nil {
		return err
	}
	n := len(mixture.Weights)
	e.app.Printf("%s: a mixture of %d components, fitted to %d images in %.2f s", e.mixture, n, x.Len(), time.Since(start).Seconds())
	if n == options.Most {
		e.app.Notef("%d components are the most that were tried; more may be better: --components %d,%d", n, n, 2*n)
	}
	return nil
}

// counted counts the items of a stream as done.
func counted[T any](p *cli.Progress, items iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range items {
			if !yield(item, err) || err != nil {
				return
			}
			p.Add(1)
		}
	}
}
