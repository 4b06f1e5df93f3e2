package train

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"govae/internal/tfevents"
)

// readEvents returns the steps of an event file and the test ELBO of each.
func readEvents(t *testing.T, dir string) (steps []int64, elbos []float32, times []float64) {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, EventsFile))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r := tfevents.NewReader(file)
	for i := 0; ; i++ {
		e, err := r.Next()
		if err == io.EOF {
			return steps, elbos, times
		}
		if err != nil {
			t.Fatal(err)
		}
		if (e.Version != "") != (i == 0) {
			t.Errorf("event %d has the version %q", i, e.Version)
		}
		if times = append(times, e.Time); i == 0 {
			continue
		}
		steps = append(steps, e.Step)
		for _, s := range e.Scalars {
			if s.Tag == "test/elbo" {
				elbos = append(elbos, s.Value)
			}
		}
	}
}

// TestWriteEvents: whatever the file holds, in the end it has the events of the metrics,
// and those that were right have stayed.
func TestWriteEvents(t *testing.T) {
	var all []Metrics
	for i := range 4 {
		all = append(all, Metrics{Epoch: i + 1, Step: 10 * (i + 1), Test: Terms{Reconstruction: float64(100 - i)}})
	}
	dir := t.TempDir()
	path := filepath.Join(dir, EventsFile)
	check := func(name string, want []Metrics) (times []float64) {
		t.Helper()
		if err := writeEvents(dir, want); err != nil {
			t.Fatal(err)
		}
		steps, elbos, times := readEvents(t, dir)
		if len(steps) != len(want) || len(elbos) != len(want) {
			t.Fatalf("%s: steps %v, ELBOs %v", name, steps, elbos)
		}
		for i, m := range want {
			if steps[i] != int64(m.Step) || elbos[i] != float32(m.Test.ELBO()) {
				t.Errorf("%s: steps %v, ELBOs %v", name, steps, elbos)
			}
		}
		return times
	}
	check("none", nil)
	first := check("one", all[:1])
	times := check("three", all[:3])
	if times[1] != first[1] {
		t.Error("an event was written anew")
	}
	check("three again", all[:3])
	check("cut back", all[:2])
	check("gone on", all)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"half a record": whole[:len(whole)-5], "half of the first": whole[:7], "more": append(whole[:len(whole):len(whole)], "more"...), "others' bytes": []byte("others' bytes, and more of them")} {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		check(name, all)
	}
	if err := writeEvents(filepath.Join(dir, "none"), all); saving(err) == err {
		t.Errorf("no directory: error %v", err)
	}
}
