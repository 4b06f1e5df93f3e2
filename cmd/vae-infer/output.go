package main

import (
	"fmt"
	"iter"
	"maps"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/infer"
	"govae/picture"
	"govae/sink"
)

// outputFlags say where images go.
type outputFlags struct {
	app           *cli.App
	out           string
	force, resume bool
}

func (o *outputFlags) flags(cmd *cobra.Command, out string) {
	cmd.Flags().StringVar(&o.out, "out", out, "a .png, .gif, .npy or .idx file, or a folder")
	cmd.Flags().BoolVar(&o.force, "force", false, "write into a folder that already holds images, or anew where writing was interrupted")
	// Before anything is computed; the number and size of the images are not known yet.
	cmd.PreRunE = func(*cobra.Command, []string) error {
		return advise(sink.Check(o.out, sink.Options{Force: o.force, Resume: o.resume})) // PreRunE is not advised
	}
}

// resumeFlag is for commands that write with [outputFlags.writeJob].
func (o *outputFlags) resumeFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.resume, "resume", false, "go on where writing the same images to --out was interrupted")
}

// drawing makes one picture of all images.
type drawing = func(path string, images picture.Images) error

// write writes n images that a model makes to --out. Draw, if not nil, makes the
// picture of a --out that ends in .png.
func (o *outputFlags) write(s model, n int, draw drawing, images iter.Seq2[infer.Image, error]) error {
	return o.writeJob(s, n, draw, nil, func(int) iter.Seq2[infer.Image, error] { return images })
}

// writeJob is write for images that can be made from any number on, so that --resume
// may go on with them. Job says what they are made of, besides what the model is.
func (o *outputFlags) writeJob(s model, n int, draw drawing, job map[string]string, images func(first int) iter.Seq2[infer.Image, error]) error {
	p := o.app.Progress(n, "images")
	defer p.Stop()
	first := 0
	counted := func(from int) iter.Seq2[infer.Image, error] {
		first = from
		p.Skip(first)
		return cli.Counted(p, images(first))
	}
	options := sink.Options{N: n, Shape: s.Shape(), Force: o.force, Draw: draw, Resume: o.resume, Threads: o.app.Threads}
	if job != nil {
		options.Job = map[string]string{"model": s.Fingerprint(), "engine": s.Engine(), "program": cli.Version()}
		maps.Copy(options.Job, job)
	}
	if err := sink.Write(o.out, options, counted); err != nil {
		return err
	}
	text := fmt.Sprintf("%s: %d images", o.out, n)
	if first > 0 {
		text += fmt.Sprintf(", the last %d of them", n-first)
	}
	o.app.Printf("%s by %s in %.2f s", text, s.Engine(), p.Done())
	return nil
}
