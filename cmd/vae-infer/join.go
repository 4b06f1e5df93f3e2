package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/infer"
	"govae/internal/atomicfile"
	"govae/latent"
	"govae/sink"
)

func join(m *modelFlags) *cobra.Command {
	j := joining{encoding: encoding{modelFlags: m}}
	cmd := &cobra.Command{
		Use:   "join FILE",
		Short: "Join what --shard has made in parts",
		Long: `Join the shards of a job to the files that one process would have written, bit for bit.

FILE is the --out of the shards, beside which they are. All must be complete, of one
job (model, data, seed, program, ...), and as they were then; else one line says which are
not, and nothing is written. --remove removes the shards afterwards.

--fit-mixture fits a mixture to the joined points of encode --draws, as encode
--fit-mixture would have done to all images.`,
		Example: `  vae-infer --samples 1000000 --out new.npy --shard 1/2    # on one machine
  vae-infer --samples 1000000 --out new.npy --shard 2/2    # on another one
  vae-infer join new.npy
  vae-infer join draws.npy --fit-mixture codes.json --remove`,
		Args: cli.OneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cmp.Or(
				j.check(cmd.Flags(), true),
				m.unused(cmd, "label"),
				cli.Belong(cmd.Flags(), j.mixture != "", "--fit-mixture", "decoder", "encoder", "engine"),
				m.checkOutputs(args, j.mixture),
			); err != nil {
				return err
			}
			return j.run(cmd.Context(), cmd.OutOrStdout(), args[0])
		},
	}
	f := cmd.Flags()
	f.BoolVar(&j.remove, "remove", false, "remove the shards when all is joined")
	f.BoolVar(&j.force, "force", false, "write new images of augment into a folder that already holds some")
	f.StringVar(&j.mixture, "fit-mixture", "", "JSON file for a Gaussian mixture of the joined points")
	j.componentsFlag(f)
	return cmd
}

type joining struct {
	encoding
	remove, force bool
}

func (j *joining) run(ctx context.Context, stdout io.Writer, path string) error {
	whole, err := sink.OpenShards(path)
	if err != nil {
		return err
	}
	if err := j.checkMixture(whole); err != nil {
		return err
	}
	if j.force && whole.Job["task"] != augmentTask {
		return cli.Usagef("--force belongs to the folders of augment")
	}
	switch whole.Job["task"] {
	case evaluateTask:
		err = j.joinEvaluation(whole, stdout)
	case augmentTask:
		err = j.joinAugmentation(whole)
	default:
		var files []string
		if files, err = whole.Join(); err == nil {
			j.app.Printf("%s: %d images of %d shards", strings.Join(files, ", "), whole.Total, whole.N)
		}
	}
	if part, ok := errors.AsType[*sink.PartError](err); ok {
		return part // without what reads the parts
	}
	if err != nil {
		return err
	}
	if j.mixture != "" {
		if err := j.fitJoined(ctx, whole); err != nil {
			return err
		}
	}
	if !j.remove {
		return nil
	}
	for _, p := range whole.Parts {
		atomicfile.Clean(p) // of shards that were killed
		if err := os.Remove(p); err != nil {
			return err
		}
	}
	return nil
}

// checkMixture refuses a mixture where there is nothing to fit one to.
func (j *joining) checkMixture(whole *sink.Shards) error {
	draws, _ := strconv.Atoi(whole.Job["draws"])
	if j.mixture != "" && (whole.Job["task"] != "encode" || draws == 0) {
		return fmt.Errorf("%s: holds no draws of posteriors, to which a mixture is fitted; make the shards with encode --draws 1", whole.Path)
	}
	return nil
}

// fitJoined fits the mixture to the draws that were joined.
func (j *joining) fitJoined(ctx context.Context, whole *sink.Shards) error {
	encoder, err := openAs(j.modelFlags, j.encoderPath(), infer.OpenEncoder)
	if err != nil {
		return err
	}
	defer encoder.Close()
	if encoder.Fingerprint() != whole.Job["model"] {
		return fmt.Errorf("%s: is not the encoder of %s; name that one by --encoder", j.encoderPath(), filepath.Base(whole.Path))
	}
	points, err := latent.OpenPoints(whole.Path, encoder.Latent())
	if err != nil {
		return err
	}
	if j.files.Seed, err = strconv.ParseUint(whole.Job["seed"], 10, 64); err != nil {
		return fmt.Errorf("%s: its shards name no seed", whole.Path)
	}
	p := j.app.Progress(points.N, "points")
	defer p.Stop()
	return j.fitDraws(ctx, encoder, cli.Counted(p, points.From(0)), whole.Total, p.Done)
}
