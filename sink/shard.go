package sink

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"govae/internal/atomicfile"
	"govae/internal/infile"
)

// Shard is part number I, from 1 on, of a job that is done in N parts, on whatever machines.
// The zero value is the whole. A part is written to files of its own, and when all of these
// are complete a record beside them says so, which [OpenShards] looks for. A shard that is killed
// therefore leaves no record; one that is done again gives the same bytes.
type Shard struct{ I, N int }

// Range returns the numbers of the shard's images among all: from first to before end.
func (s Shard) Range(total int) (first, end int) {
	if s.N == 0 {
		return 0, total
	}
	return portion(total, s.I-1, s.N), portion(total, s.I, s.N)
}

// portion is total * i / n, also where the product overflows.
func portion(total, i, n int) int {
	high, low := bits.Mul64(uint64(total), uint64(i))
	q, _ := bits.Div64(high, low, uint64(n))
	return int(q)
}

// Path names the shard's part of the file at path: x.shard-3-of-8.npy of x.npy.
func (s Shard) Path(path string) string {
	if s.N == 0 {
		return path
	}
	ending := filepath.Ext(path)
	return strings.TrimSuffix(path, ending) + s.mark() + ending
}

// mark is the part of a shard's file names that those of the whole lack.
func (s Shard) mark() string { return fmt.Sprintf(".shard-%d-of-%d", s.I, s.N) }

// recordPath names the record of the shard of the job that writes path.
func (s Shard) recordPath(path string) string {
	return path + s.mark() + ".json"
}

// ShardJob is the job that shards are parts of: its main file, which gives them their names, the
// number of all its images, and what they are made of, as in [Options.Job].
type ShardJob struct {
	Path  string
	Total int
	Job   map[string]string
}

// shardFormat is the version of records.
const shardFormat = 1

// shardRecord says that a shard is complete.
type shardRecord struct {
	Format int               `json:"format"`
	Shard  int               `json:"shard"`
	Of     int               `json:"of"`
	Total  int               `json:"total"` // images of all shards
	Job    map[string]string `json:"job"`
	Files  []shardFile       `json:"files"`
}

// shardFile is a file of a shard. Names are relative to the folder of the record.
type shardFile struct {
	Name   string `json:"name"` // of the whole
	Part   string `json:"part"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// ShardError says that the record of a shard is damaged or that of another job.
type ShardError struct {
	Path string // of the record
	Err  error
}

func (e *ShardError) Error() string {
	return fmt.Sprintf("%s: %v; remove it and make that shard again, or give the job another name", e.Path, e.Err)
}

func (e *ShardError) Unwrap() error { return e.Err }

// Check returns an error unless shards of the file at path can be joined: it must have one of
// these endings.
func (s Shard) Check(path string, endings ...string) error {
	if slices.Contains(endings, ending(path)) {
		return s.CheckFile(path)
	}
	return fmt.Errorf("%s: shards are written to files that can be joined; give a %s file", path, strings.Join(endings, " or "))
}

// CheckFile says whether a file of any kind can be made of shards.
func (s Shard) CheckFile(path string) error {
	if info, err := os.Stat(path); atomicfile.IsStdout(path) || err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s: is no regular file, which shards need; give another name", path)
	}
	return nil
}

// partOf returns an error unless the record is of a shard of this job.
func (r shardRecord) partOf(job map[string]string, total int) error {
	if key, ok := differs(r.Job, job); ok {
		return otherJob(key, r.Job, job)
	}
	if r.Total != total {
		return fmt.Errorf("belongs to a job of %d images, not %d", r.Total, total)
	}
	return nil
}

// Complete reports whether the shard of a job has been written before. A shard of another job
// under the same name is a [*ShardError].
func (s Shard) Complete(j ShardJob) (bool, error) {
	path := s.recordPath(j.Path)
	r, err := readShard(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, &ShardError{path, err}
	}
	if err := r.partOf(j.Job, j.Total); err != nil {
		return false, &ShardError{path, err}
	}
	for _, f := range r.Files {
		info, err := os.Stat(filepath.Join(filepath.Dir(path), f.Part))
		if err != nil || info.Size() != f.Bytes {
			return false, nil // it was removed, and is made again
		}
	}
	return true, nil
}

// Begin forgets that the shard was complete, before its files are written anew.
func (s Shard) Begin(j ShardJob) error {
	err := os.Remove(s.recordPath(j.Path))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return err
}

// Finish records that the shard's files are complete. parts maps each file of the whole to the
// shard's own.
func (s Shard) Finish(j ShardJob, parts map[string]string) error {
	path := s.recordPath(j.Path)
	r := shardRecord{Format: shardFormat, Shard: s.I, Of: s.N, Total: j.Total, Job: j.Job}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		f := shardFile{}
		info, err := os.Stat(parts[name])
		if err != nil {
			return err
		}
		f.Bytes = info.Size()
		if f.SHA256, err = infile.Digest(parts[name]); err != nil {
			return err
		}
		if f.Name, err = relative(path, name); err != nil {
			return err
		}
		if f.Part, err = relative(path, parts[name]); err != nil {
			return err
		}
		r.Files = append(r.Files, f)
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(path, append(text, '\n'))
}

// relative is a path seen from the folder of a record.
func relative(record, path string) (string, error) {
	from, err := filepath.Abs(filepath.Dir(record))
	if err != nil {
		return "", err
	}
	to, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(from, to)
	return filepath.ToSlash(rel), err
}

// readShard reads a record.
func readShard(path string) (r shardRecord, err error) {
	data, err := infile.Read(path, mostRecord)
	if err != nil {
		return r, err
	}
	if json.Unmarshal(data, &r) != nil {
		return r, errors.New("is damaged")
	}
	if r.Format != shardFormat {
		return r, fmt.Errorf("has the format %d, not %d", r.Format, shardFormat)
	}
	if r.Shard < 1 || r.Shard > r.Of || r.Total < r.Of || len(r.Files) == 0 {
		return r, errors.New("is damaged")
	}
	for _, f := range r.Files {
		if f.Part == f.Name || strings.Replace(f.Part, (Shard{r.Shard, r.Of}).mark(), "", 1) != f.Name {
			return r, fmt.Errorf("names %q, which is no part of %q", f.Part, f.Name)
		}
	}
	return r, nil
}

// differs returns the first key in which two jobs differ.
func differs(a, b map[string]string) (key string, ok bool) {
	all := map[string]string{}
	maps.Copy(all, a)
	maps.Copy(all, b)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if a[key] != b[key] {
			return key, true
		}
	}
	return "", false
}

func otherJob(key string, is, want map[string]string) error {
	return fmt.Errorf("belongs to another job (%s %.60q, not %.60q)", key, is[key], want[key])
}
