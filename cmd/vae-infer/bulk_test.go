package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/sbinet/npyio"

	"govae/engine/enginetest"
)

// draw starts vae-infer in dir, where decoder.onnx is put.
func draw(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	decoder, _ := smallVAE(t)
	if err := os.WriteFile(filepath.Join(dir, "decoder.onnx"), decoder, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("vae-infer", append(args, "--quiet")...)
	cmd.Dir, cmd.Stderr = dir, new(bytes.Buffer)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// TestInterruptKillResume stops a job with Ctrl-C, its continuation with kill -9,
// and compares what the third run leaves with an undisturbed one.
func TestInterruptKillResume(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	dir := t.TempDir()
	job := []string{"--engine", "go", "--samples", "300000", "--seed", "4", "--out"}
	if err := draw(t, dir, append(job, "whole.idx")...).Wait(); err != nil {
		t.Fatal(err)
	}
	part := filepath.Join(dir, "x.idx.part")
	stop := func(signal os.Signal, beyond int64) int64 {
		t.Helper()
		cmd := draw(t, dir, append(job, "x.idx", "--resume")...)
		for start := time.Now(); ; time.Sleep(time.Millisecond) {
			if info, err := os.Stat(part); err == nil && info.Size() > beyond {
				break
			}
			if time.Since(start) > time.Minute {
				t.Fatal("nothing was written in a minute")
			}
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		err := cmd.Wait()
		if signal == os.Interrupt && (cmd.ProcessState.ExitCode() != 130 || !strings.Contains(fmt.Sprint(cmd.Stderr), "x.idx: interrupted after ")) {
			t.Errorf("Ctrl-C: %v, %s", err, cmd.Stderr)
		}
		info, err := os.Stat(part)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	const header = 16
	reached := stop(os.Interrupt, header)
	stop(os.Kill, reached)
	if err := draw(t, dir, append(job, "x.idx", "--resume")...).Wait(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "x.idx"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(dir, "whole.idx"))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("other bytes than without the stops (%v)", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "x.idx.*")); len(left) != 0 {
		t.Errorf("%v is left", left)
	}
}

// TestEnginesAgree compares the arrays of both engines.
func TestEnginesAgree(t *testing.T) {
	enginetest.ONNXRuntime(t)
	dir := t.TempDir()
	var values [2][]float32
	for i, engine := range []string{"go", "onnxruntime"} {
		if err := draw(t, dir, "--engine", engine, "--samples", "100", "--out", "x.npy").Wait(); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(filepath.Join(dir, "x.npy"))
		if err != nil {
			t.Fatal(err)
		}
		if err := npyio.Read(f, &values[i]); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	for i, v := range values[0] {
		if d := math.Abs(float64(v - values[1][i])); !(d <= 1e-5) {
			t.Fatalf("value %d differs by %g", i, d)
		}
	}
}
