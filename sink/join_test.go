package sink

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRange cuts jobs into shards: each image is in one, and they differ by one image at most.
func TestRange(t *testing.T) {
	for _, total := range []int{1, 7, 60000, 1 << 62} {
		for _, n := range []int{1, 3, 7, 1000} {
			at := 0
			for i := 1; i <= n; i++ {
				first, end := Shard{i, n}.Range(total)
				if size := end - first; first != at || size != total/n && size != total/n+1 {
					t.Fatalf("shard %d of %d of %d images: from %d to %d, want from %d", i, n, total, first, end, at)
				}
				at = end
			}
			if at != total {
				t.Errorf("%d shards of %d images: the last ends at %d", n, total, at)
			}
		}
	}
	if first, end := (Shard{}).Range(5); first != 0 || end != 5 {
		t.Errorf("the whole is from %d to %d", first, end)
	}
}

// TestJoin joins tables, and names what is wrong with shards.
func TestJoin(t *testing.T) {
	type shards = map[int]func(dir string, s Shard, j *ShardJob)
	ok := func(string, Shard, *ShardJob) {}
	record := func(dir string, s Shard) string { return s.recordPath(filepath.Join(dir, "x.csv")) }
	for _, tt := range []struct {
		name   string
		shards shards
		err    string // behind the folder
	}{
		{"whole", shards{1: ok, 2: ok, 3: ok}, ""},
		{"none", shards{}, "x.csv: there are no complete shards of it"},
		{"missing", shards{2: ok}, "x.csv: of its 3 shards these are not complete: 1, 3"},
		{"other job", shards{1: ok, 2: func(_ string, _ Shard, j *ShardJob) { j.Job["seed"] = "2" }, 3: ok},
			`x.csv.shard-2-of-3.json: belongs to another job (seed "2", not "1"); remove it and make that shard again, or give the job another name`},
		{"other total", shards{1: ok, 2: ok, 3: func(_ string, _ Shard, j *ShardJob) { j.Total = 9 }},
			"x.csv.shard-3-of-3.json: belongs to a job of 9 images, not 7; remove it and make that shard again, or give the job another name"},
		{"two sizes", shards{1: ok, 2: ok, 3: func(dir string, _ Shard, j *ShardJob) { writeShard(t, dir, Shard{1, 4}, *j) }},
			"x.csv: there are shards of jobs of 3 and of 4; remove those of one"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for i, change := range tt.shards {
				j := ShardJob{filepath.Join(dir, "x.csv"), 7, map[string]string{"seed": "1"}}
				change(dir, Shard{i, 3}, &j)
				writeShard(t, dir, Shard{i, 3}, j)
			}
			checkJoin(t, dir, tt.err)
		})
	}

	for name, change := range map[string]func(dir string) error{
		"x.csv.shard-2-of-3.json: is damaged; remove it and make that shard again, or give the job another name": func(dir string) error {
			return os.WriteFile(record(dir, Shard{2, 3}), []byte("{"), 0o644)
		},
		"x.csv.shard-2-of-3.json: has the format 0, not 1; remove it and make that shard again, or give the job another name": func(dir string) error {
			return os.WriteFile(record(dir, Shard{2, 3}), []byte("{}"), 0o644)
		},
		"x.csv.shard-2-of-3.json: is that of shard 1 of 3; its name is wrong; remove it and make that shard again, or give the job another name": func(dir string) error {
			data, err := os.ReadFile(record(dir, Shard{1, 3}))
			if err != nil {
				return err
			}
			return os.WriteFile(record(dir, Shard{2, 3}), data, 0o644)
		},
		`x.csv.shard-2-of-3.json: names "../x.csv", which is no part of "x.csv"; remove it and make that shard again, or give the job another name`: func(dir string) error {
			data, err := os.ReadFile(record(dir, Shard{2, 3}))
			if err != nil {
				return err
			}
			return os.WriteFile(record(dir, Shard{2, 3}), bytes.ReplaceAll(data, []byte("x.shard-2-of-3.csv"), []byte("../x.csv")), 0o644)
		},
		"write x.csv: x.shard-2-of-3.csv: has changed since its shard was complete; remove it and make that shard again": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "x.shard-2-of-3.csv"), []byte("image\nno\nno\n"), 0o644)
		},
		"write x.csv: x.shard-3-of-3.csv: no such file or directory": func(dir string) error {
			return os.Remove(filepath.Join(dir, "x.shard-3-of-3.csv"))
		},
	} {
		dir := t.TempDir()
		for i := 1; i <= 3; i++ {
			writeShard(t, dir, Shard{i, 3}, ShardJob{filepath.Join(dir, "x.csv"), 7, map[string]string{"seed": "1"}})
		}
		if err := os.WriteFile(filepath.Join(dir, "x.csv"), []byte("before"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := change(dir); err != nil {
			t.Fatal(err)
		}
		checkJoin(t, dir, name)
		if data, err := os.ReadFile(filepath.Join(dir, "x.csv")); err != nil || string(data) != "before" {
			t.Errorf("%s: the whole became %q, error %v", name, data, err)
		}
	}
}

// TestJoinOther: records that name other files than theirs write none.
func TestJoinOther(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "x.csv"), filepath.Join(dir, "other.csv")
	for i := 1; i <= 2; i++ {
		s := Shard{i, 2}
		j := ShardJob{path, 7, map[string]string{"seed": "1"}}
		writeShard(t, dir, s, j)
		err := os.Rename(s.Path(path), s.Path(other))
		if err = errors.Join(err, s.Finish(j, map[string]string{other: s.Path(other)})); err != nil {
			t.Fatal(err)
		}
	}
	j, err := OpenShards(path)
	if err != nil {
		t.Fatal(err)
	}
	if files, err := j.Join(); err == nil || !strings.HasSuffix(err.Error(), "x.csv: the records of its shards are of other files") {
		t.Errorf("joined %v, error %v", files, err)
	}
	if _, err := os.Stat(other); err == nil {
		t.Errorf("%s was written", other)
	}
}

// writeShard writes a shard of a table of as many rows as the job has images.
func writeShard(t *testing.T, dir string, s Shard, j ShardJob) {
	t.Helper()
	text := "image\n"
	for i, end := s.Range(j.Total); i < end; i++ {
		text += fmt.Sprintf("row %d\n", i)
	}
	if err := os.WriteFile(s.Path(j.Path), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.Finish(j, map[string]string{j.Path: s.Path(j.Path)}); err != nil {
		t.Fatal(err)
	}
}

// checkJoin wants a table of seven rows, or an error.
func checkJoin(t *testing.T, dir, want string) {
	t.Helper()
	path := filepath.Join(dir, "x.csv")
	var files []string
	j, err := OpenShards(path)
	if err == nil {
		files, err = j.Join()
	}
	if want == "" {
		data, readErr := os.ReadFile(path)
		if err != nil || readErr != nil || string(data) != "image\nrow 0\nrow 1\nrow 2\nrow 3\nrow 4\nrow 5\nrow 6\n" {
			t.Errorf("%q, errors %v, %v", data, err, readErr)
		}
		if j.Total != 7 || j.N != 3 || len(files) != 1 || len(j.Parts) != 6 {
			t.Errorf("%+v", j)
		}
		return
	}
	if err == nil || strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "") != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if e, ok := errors.AsType[*ShardsError](err); ok && e.N > 0 && len(e.Missing) == 0 {
		t.Errorf("%+v names no shard", e)
	}
}
