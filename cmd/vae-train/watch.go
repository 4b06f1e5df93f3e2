package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/cmd/internal/show"
	"govae/train"
	"govae/watch"
)

// watched runs job with the page of the run beside it, if --watch is given. A page that cannot
// be served stops no training.
func (f *flags) watched(ctx context.Context, app *cli.App, job func() error) error {
	if !f.watch || !f.ranks.First() {
		return job()
	}
	f.train.EpochPictures = true
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := show.Page(ctx, app, 0, watch.Handler(f.out)); err != nil {
			app.Notef("vae-train: --watch: %v", err)
		}
	}()
	err := job()
	stop()
	<-ended
	return err
}

func watchCommand(app *cli.App) *cobra.Command {
	port := 0
	cmd := &cobra.Command{
		Use:   "watch [DIRECTORY]",
		Short: "Show a run of another program, or one that is over, in the browser",
		Long: `Show the curves of a run in the browser, and the pictures of its epochs if it was
started with --watch, until Ctrl-C. The directory is read, not written.`,
		Example: `  vae-train watch vae-model`,
		Args:    cli.UpToOneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "vae-model"
			if len(args) > 0 {
				dir = args[0]
			}
			if err := cli.Between("--port", port, 0, 65535); err != nil {
				return err
			}
			if _, err := train.ReadMetrics(dir); err != nil {
				return fmt.Errorf("watch: %w", err)
			}
			return show.Page(cmd.Context(), app, port, watch.Handler(dir))
		},
	}
	cmd.Flags().IntVar(&port, "port", 0, "port of the page (default: any that is free)")
	return cmd
}
