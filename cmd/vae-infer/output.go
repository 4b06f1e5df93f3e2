package main

import (
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/infer"
	"govae/internal/printable"
	"govae/picture"
	"govae/sink"
)

// outputFlags say where images go.
type outputFlags struct {
	app           *cli.App
	out           string
	table         string // a file that is written beside --out, or empty
	force, resume bool
	shard         shardFlag // of commands that make a part of the images
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
	from, end := o.shard.Range(n)
	p := o.app.Progress(end-from, "images")
	defer p.Stop()
	first := 0
	counted := func(done int) iter.Seq2[infer.Image, error] {
		first = done
		p.Skip(first)
		return cli.Counted(p, images(from+first))
	}
	// A shard that was killed goes on: who starts it anew does not know of it.
	options := sink.Options{N: end - from, Shape: s.Shape(), Force: o.force, Draw: draw, Resume: o.resume || o.shard.active() && !o.force, Threads: o.app.Threads}
	if job != nil {
		options.Job = jobOf(s, job)
	}
	out := o.shard.Path(o.out)
	return o.shard.run(o.app, sink.ShardJob{Path: o.out, Total: n, Job: options.Job}, map[string]string{o.out: out}, func() error {
		if err := sink.Write(out, options, counted); err != nil {
			return err
		}
		text := out + ": " + printable.Count(options.N, "image", "images")
		if first > 0 {
			text += fmt.Sprintf(", the last %d of them", options.N-first)
		}
		o.app.Wrotef(o.table, "%s by %s in %.2f s", text, s.Engine(), p.Done())
		return nil
	})
}
