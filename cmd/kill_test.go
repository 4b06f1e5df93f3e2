package cmd_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestKilledAtRandom kills a run at random moments and resumes it, until it is complete;
// and again, until there were KILLS of them (5). No epoch is trained twice that was told to
// be complete, the weights are those of a run that nobody disturbed, and no temporary file
// stays. For a long test: KILLS=200 go test -run KilledAtRandom -timeout 1h ./cmd
func TestKilledAtRandom(t *testing.T) {
	kills := 5
	if s := os.Getenv("KILLS"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	base := t.TempDir()
	command := func(out string, more ...string) *exec.Cmd {
		args := []string{
			"--limit", "600", "--epochs", "12", "--batch", "32", "--arch", "mlp", "--hidden", "64", "--latent", "3",
			"--val-fraction", "0.2", "--seed", "5", "--out", filepath.Join(base, out),
		}
		return exec.CommandContext(t.Context(), filepath.Join(bin, "vae-train"), append(args, more...)...)
	}
	weights := func(out string) string {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(base, out, "model.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	start := time.Now()
	if out, err := command("whole").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	whole := time.Since(start)
	want := weights("whole")
	files := names(t, filepath.Join(base, "whole"))

	random := rand.New(rand.NewPCG(1, 2))
	killed, runs, starts, lost, temporary := 0, 0, 0, 0, 0
	for killed < kills {
		runs++
		out := fmt.Sprint("killed", runs)
		complete := 0 // epochs, as far as was told
		for ended := false; !ended; {
			starts++
			cmd := command(out, "--resume", "--threads", fmt.Sprint(1+starts%2))
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			var stderr strings.Builder
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var timer *time.Timer
			if killed < kills {
				timer = time.AfterFunc(time.Duration(random.Int64N(int64(whole))), func() { cmd.Process.Kill() })
			}
			first := true
			for lines := bufio.NewScanner(stdout); lines.Scan(); {
				var epoch int
				if _, err := fmt.Sscanf(lines.Text(), "epoch %d/", &epoch); err != nil {
					continue
				}
				if first && epoch <= complete {
					lost += complete + 1 - epoch
					t.Errorf("epoch %d was complete and is trained again: %s", epoch, lines.Text())
				}
				first, complete = false, epoch
			}
			err = cmd.Wait()
			if timer != nil {
				timer.Stop()
			}
			switch code := cmd.ProcessState.ExitCode(); {
			case err == nil:
				ended = true
			case code == -1:
				killed++
				for _, name := range names(t, filepath.Join(base, out)) {
					if strings.HasSuffix(name, ".tmp") {
						temporary++
					}
				}
			default:
				t.Fatalf("%v: %s", err, stderr.String())
			}
			if s := stderr.String(); strings.Contains(s, "predecessor") || strings.Contains(s, "damaged") {
				t.Errorf("a kill has damaged the checkpoint: %s", s)
			}
		}
		if weights(out) != want {
			t.Errorf("%s has other weights", out)
		}
		if got := names(t, filepath.Join(base, out)); !slices.Equal(got, files) {
			t.Errorf("%s holds %q, want %q", out, got, files)
		}
	}
	t.Logf("%d kills, %d starts, %d complete runs; %d kills left a temporary file; %d epochs lost", killed, starts, runs, temporary, lost)
}

// names are those of the files in dir, which need not be there.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}
