package train

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"govae/models"
)

// TestCard reads the card of a run: its figures are those of the epoch whose weights are
// kept, its pictures are there, and names of data and classes are no markup.
func TestCard(t *testing.T) {
	d := smallData()
	d.Name, d.Classes = "photos | <b>`mine`\n# x", []string{"a|b", "c\x1b[31m"}
	d.Train.Labels, d.Test.Labels = make([]int, d.Train.Len()), make([]int, d.Test.Len())
	dir := t.TempDir()
	c := smallConfig
	c.Latent = 3
	m := smallModel(t, c)
	metrics, err := Run(t.Context(), m, d, Options{Dir: dir, Epochs: 3, Batch: 8, ValFraction: 0.2, Beta: Warmup{To: 1, Steps: 5}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, CardFile))
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	best := metrics[0]
	for _, m := range metrics {
		if m.Validation.ELBO() > best.Validation.ELBO() {
			best = m
		}
	}
	for _, want := range []string{
		"# Model card", m.ID(), "`photos | <b>'mine' # x`", "`a|b`, `\"c\\x1b[31m\"`",
		fmt.Sprintf("weights of epoch %d", best.Epoch), fmt.Sprintf("| test | %.2f | %.2f | %.2f | - |", best.Test.ELBO(), best.Test.Reconstruction, best.Test.KL),
		fmt.Sprintf("| validation | %.2f |", best.Validation.ELBO()), "| `batch` | `8` |", "| `beta` | `{\"kind\":\"warmup\",\"steps\":5,\"to\":1}` |", "`z`, float32 [batch, 3]",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	pictures := regexp.MustCompile(`!\[[^]]*\]\(([^)]*)\)`).FindAllStringSubmatch(text, -1)
	if len(pictures) != 3 { // there is no plane of three dimensions
		t.Errorf("pictures %q", pictures)
	}
	for _, p := range pictures {
		if _, err := os.Stat(filepath.Join(dir, p[1])); err != nil {
			t.Error(err)
		}
	}
	for i, line := range strings.Split(text, "\n") {
		if line != strings.TrimRight(line, " ") || strings.HasPrefix(line, "# x") {
			t.Errorf("line %d: %q", i+1, line)
		}
	}
}

// TestReadMetrics reads what runs have written, and says which line is none of theirs.
func TestReadMetrics(t *testing.T) {
	dir := t.TempDir()
	mustRun(t, Options{Dir: dir, Epochs: 2})
	all, err := ReadMetrics(dir)
	if err != nil || len(all) != 2 || all[1].Epoch != 2 || all[1].Test.ELBO() >= 0 {
		t.Errorf("%+v, error %v", all, err)
	}
	path := filepath.Join(dir, MetricsFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for data, want := range map[string]string{
		"":                                   "no epochs yet",
		string(whole) + "{\"epoch\":":        "line 3: it is no JSON object",
		string(whole) + "{\"epoch\":2}\n":    "line 3: epoch 2 comes after epoch 2",
		"{\"epoch\":0}\n":                    "line 1: epoch 0",
		string(whole) + "\x00\x00\x00\x00\n": "line 3",
	} {
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadMetrics(dir); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if _, err := ReadMetrics(filepath.Join(dir, models.ConfigFile)); err == nil {
		t.Error("a file: no error")
	}
}
