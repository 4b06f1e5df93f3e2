package main

import (
	"crypto/sha256"
	"fmt"
	"iter"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/sink"
)

// shardFlag says which part of a job is done here.
type shardFlag struct {
	text string
	sink.Shard
	data  string // fingerprint of the images of all shards, where there are any
	names string // digest of their names, which tables hold
	all   int    // how many these are
}

func (s *shardFlag) flag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.text, "shard", "", "do part `I/N` of the work, from 1/N to N/N, for vae-infer join; auto or auto/N takes I, and N, from MPI, Slurm or Kubernetes")
}

// active reports whether there are others that do the rest.
func (s *shardFlag) active() bool { return s.N > 0 }

// check finds the shard, and mistakes. out is the file that the shards will be joined to, which must
// have one of these endings.
func (s *shardFlag) check(out string, endings ...string) error {
	if err := s.read(); err != nil || !s.active() {
		return err
	}
	return s.Shard.Check(out, endings...)
}

// read finds the shard that the flag means.
func (s *shardFlag) read() (err error) {
	if s.text != "" {
		s.Shard, err = readShard(s.text, os.Getenv)
	}
	return err
}

// readShard reads the value of --shard.
func readShard(text string, env func(string) string) (s sink.Shard, err error) {
	first, count, counted := strings.Cut(text, "/")
	if counted {
		if s.N, err = strconv.Atoi(count); err != nil || s.N < 1 || s.N > maxShards {
			return s, cli.Usagef("--shard %s: want a number of shards from 1 to %d", text, maxShards)
		}
	}
	switch {
	case first == "auto":
		return launched(text, s.N, env)
	case !counted:
		return s, cli.Usagef("--shard %s: want I/N such as 3/8, auto, or auto/N", text)
	}
	if s.I, err = strconv.Atoi(first); err != nil || s.I < 1 || s.I > s.N {
		return s, cli.Usagef("--shard %s: want a shard from 1/%d to %[2]d/%[2]d", text, s.N)
	}
	return s, nil
}

// maxShards is more than anybody has processors.
const maxShards = 1_000_000

// launcher is a program that starts many processes, each with the number of its place in the
// environment.
type launcher struct {
	name        string
	place, from string // variables of a process's number, and of the first one's number
	step        string // variable of the step from one number to the next
	count       string // variable of their number; empty where the launcher does not tell
}

// launchers are asked in this order: what starts processes within a job comes before what
// starts jobs.
var launchers = []launcher{
	{name: "Open MPI", place: "OMPI_COMM_WORLD_RANK", count: "OMPI_COMM_WORLD_SIZE"},
	{name: "MPICH", place: "PMI_RANK", count: "PMI_SIZE"},
	{name: "Kubernetes", place: "JOB_COMPLETION_INDEX"},
	{name: "Slurm's array", place: "SLURM_ARRAY_TASK_ID", from: "SLURM_ARRAY_TASK_MIN", step: "SLURM_ARRAY_TASK_STEP", count: "SLURM_ARRAY_TASK_COUNT"},
	{name: "srun", place: "SLURM_PROCID", count: "SLURM_NTASKS"},
}

// launched returns the shard that a launcher has given this process. n, if not 0, is the number of
// shards.
func launched(text string, n int, env func(string) string) (sink.Shard, error) {
	for _, l := range launchers {
		if env(l.place) == "" {
			continue
		}
		number := func(variable string, otherwise int) (int, error) {
			value := env(variable)
			if variable == "" || value == "" {
				return otherwise, nil
			}
			i, err := strconv.Atoi(value)
			if err != nil {
				return 0, fmt.Errorf("--shard %s: %s is %q, which is no number", text, variable, value)
			}
			return i, nil
		}
		place, err := number(l.place, 0)
		if err != nil {
			return sink.Shard{}, err
		}
		from, err := number(l.from, 0)
		if err != nil {
			return sink.Shard{}, err
		}
		step, err := number(l.step, 1)
		if err != nil {
			return sink.Shard{}, err
		}
		count, err := number(l.count, n)
		switch {
		case err != nil:
			return sink.Shard{}, err
		case count == 0:
			return sink.Shard{}, cli.Usagef("--shard %s: %s does not tell how many shards there are; give auto/N", text, l.name)
		case n > 0 && count != n:
			return sink.Shard{}, cli.Usagef("--shard %s: %s has started %d", text, l.name, count)
		case step < 1 || (place-from)%step != 0:
			return sink.Shard{}, fmt.Errorf("--shard %s: number %d of %s is none of those from %d in steps of %d", text, place, l.name, from, step)
		}
		s := sink.Shard{I: (place-from)/step + 1, N: count}
		if s.I < 1 || s.I > s.N || s.N > maxShards {
			return sink.Shard{}, fmt.Errorf("--shard %s: %s is %d, which is none of %d shards", text, l.place, place, count)
		}
		return s, nil
	}
	return sink.Shard{}, cli.Usagef("--shard %s: neither MPI, Slurm nor Kubernetes has started this; give I/N", text)
}

// alone refuses a given flag that needs all images.
func (s *shardFlag) alone(cmd *cobra.Command, flags ...string) error {
	flag := cli.Given(cmd.Flags(), flags...)
	return cli.Want(!s.active() || flag == "", "%s needs all images, and --shard %s gives a part", flag, s.text)
}

// cut returns the shard's part of all images.
func (s *shardFlag) cut(x dataset.Selection) (dataset.Selection, error) {
	if !s.active() {
		return x, nil
	}
	if err := s.of(x); err != nil {
		return x, err
	}
	s.names = namesDigest(x)
	first, end := s.Range(x.Len())
	index := make([]int, end-first)
	for i := range index {
		index[i] = first + i
	}
	return x.Choose(index)
}

// of notes that the images are those of all shards.
func (s *shardFlag) of(x dataset.Selection) error {
	s.all, s.data = x.Len(), (&dataset.Data{Train: x.Images}).Fingerprint()
	return s.enough(x.Len())
}

// enough refuses shards without an image.
func (s *shardFlag) enough(n int) error {
	return cli.Want(n >= s.N, "--shard %s: %d images are too few for %d shards", s.text, n, s.N)
}

// names yields all names of images and of their classes.
func names(x dataset.Selection) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, class := range x.Classes {
			if !yield(class) {
				return
			}
		}
		for i := range x.Len() {
			if !yield(x.Name(i)) {
				return
			}
		}
	}
}

// namesDigest is the SHA-256 of all names.
func namesDigest(x dataset.Selection) string {
	h := sha256.New()
	for name := range names(x) {
		fmt.Fprintf(h, "%q\n", name)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// first is the number of the shard's first image among those that were cut.
func (s *shardFlag) first() int {
	first, _ := s.Range(s.all)
	return first
}

// run calls write, which writes the files of a job or of its shard, unless the shard is complete.
// files maps each file of the whole to the shard's.
func (s *shardFlag) run(app *cli.App, j sink.ShardJob, files map[string]string, write func() error) error {
	if !s.active() {
		return write()
	}
	complete, err := s.Complete(j)
	if err != nil {
		return err
	}
	if complete {
		app.Printf("%s: shard %d of %d is complete", j.Path, s.I, s.N)
		return nil
	}
	if err := s.Begin(j); err != nil {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	for name, part := range files {
		if _, err := os.Stat(part); os.IsNotExist(err) {
			delete(files, name) // such as labels, which not all images have
		}
	}
	return s.Finish(j, files)
}
