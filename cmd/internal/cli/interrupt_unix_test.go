//go:build unix

package cli

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"testing"
)

func TestInterrupt(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		for _, tt := range []struct {
			wrap   func(error) error
			code   int
			stderr string
		}{
			{func(err error) error { return err }, 130, "demo: interrupted\n"},
			{func(err error) error { return fmt.Errorf("stopped in epoch 3: %w", err) }, 130, "demo: stopped in epoch 3: interrupted\n"},
			{func(error) error { return nil }, 0, ""}, // it was done before it noticed
		} {
			code, _, stderr := run(t, func(ctx context.Context, _ *App, _ []string) error {
				syscall.Kill(os.Getpid(), sig)
				<-ctx.Done()
				return tt.wrap(context.Cause(ctx)) // names the signal
			})
			if code != tt.code || stderr != tt.stderr {
				t.Errorf("%v: exit %d, stderr %q; want %d, %q", sig, code, stderr, tt.code, tt.stderr)
			}
		}
	}
}
