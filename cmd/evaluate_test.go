package cmd_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"govae/infer"
	"govae/internal/npy"
	"govae/train"
)

const blobs = 5000

// writeBlobs writes images [blobs, 12, 12] of a bright spot each.
func writeBlobs(t *testing.T, path string) {
	t.Helper()
	var file bytes.Buffer
	if err := npy.WriteHeader(&file, "|u1", blobs, 12, 12); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range blobs {
		y, x, width := 2+8*r.Float64(), 2+8*r.Float64(), 1+2*r.Float64()
		for p := range 144 {
			dy, dx := float64(p/12)-y, float64(p%12)-x
			file.WriteByte(byte(255 * math.Exp(-(dy*dy+dx*dx)/(width*width))))
		}
	}
	if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestEvaluate compares the figures of exported files with those that training has written
// for the same images, and kills an evaluation that then goes on to the same bytes.
func TestEvaluate(t *testing.T) {
	dir := t.TempDir()
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), filepath.Join(bin, name), append(args, "--quiet")...)
		cmd.Dir = dir
		return cmd
	}
	run := func(name string, args ...string) {
		t.Helper()
		if out, err := command(name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	read := func(name string) string {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	writeBlobs(t, filepath.Join(dir, "blobs.npy"))
	run("vae-train", "--data", "blobs.npy", "--epochs", "4", "--arch", "mlp", "--hidden", "64", "--latent", "4", "--seed", "1")
	run("vae-export")
	run("vae-infer", "evaluate", "--data", "blobs.npy", "--engine", "go", "--draws", "10", "--images", "0")
	var got infer.Evaluation
	if err := json.Unmarshal([]byte(read("report.json")), &got); err != nil {
		t.Fatal(err)
	}
	metrics, err := train.ReadMetrics(filepath.Join(dir, "vae-model"))
	if err != nil {
		t.Fatal(err)
	}
	// The divergence is exact, the reconstruction term has the noise of one draw per image.
	want := metrics[len(metrics)-1].Test
	if math.Abs(got.KL-want.KL) > 1e-4*want.KL || math.Abs(got.ELBO.Mean-want.ELBO()) > 0.8 || got.Images != blobs/10 {
		t.Errorf("ELBO %.3f with a KL of %.4f, training has %.3f and %.4f", got.ELBO.Mean, got.KL, want.ELBO(), want.KL)
	}
	for k, kl := range want.KLByDimension {
		if math.Abs(got.KLByDimension[k]-kl) > 1e-4*max(1, kl) {
			t.Errorf("dimension %d: KL %g, training has %g", k, got.KLByDimension[k], kl)
		}
	}
	long := func(out string, more ...string) []string {
		return append([]string{"evaluate", "--data", "blobs.npy", "--engine", "go", "--images", "0", "--draws", "400", "--out", out}, more...)
	}
	run("vae-infer", long("whole.json")...)
	killed := command("vae-infer", long("killed.json", "--threads", "1")...)
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	record := filepath.Join(dir, "killed.json.part.json")
	for start := time.Now(); ; time.Sleep(time.Millisecond) {
		if data, err := os.ReadFile(record); err == nil && len(data) > 0 && !strings.Contains(string(data), `"done":0`) {
			break
		}
		if time.Since(start) > time.Minute {
			t.Fatal("no image within a minute")
		}
	}
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := killed.Wait(); err == nil {
		t.Fatal("the evaluation ended before it could be killed")
	}
	if _, err := os.Stat(filepath.Join(dir, "killed.json")); err == nil {
		t.Fatal("there are figures of an evaluation that was killed")
	}
	run("vae-infer", long("killed.json", "--resume")...)
	if read("killed.json") != read("whole.json") {
		t.Errorf("the resumed evaluation gives\n%s, want\n%s", read("killed.json"), read("whole.json"))
	}
	if _, err := os.Stat(record); err == nil {
		t.Error("the record is still there")
	}
}
