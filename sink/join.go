package sink

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"govae/internal/atomicfile"
	"govae/internal/npy"
)

// ShardsError says that the shards of a job are not there, or not all.
type ShardsError struct {
	Path    string
	N       int   // of how many; 0 where there is none
	Missing []int // the numbers of those that are missing
}

func (e *ShardsError) Error() string {
	if e.N == 0 {
		return fmt.Sprintf("%s: there are no complete shards of it", e.Path)
	}
	var numbers []string
	for _, i := range e.Missing[:min(len(e.Missing), 8)] {
		numbers = append(numbers, strconv.Itoa(i))
	}
	text := strings.Join(numbers, ", ")
	if more := len(e.Missing) - len(numbers); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%s: of its %d shards these are not complete: %s", e.Path, e.N, text)
}

// Joined tells what [Join] has joined.
type Joined struct {
	ShardJob
	Shards int
	Files  []string // the whole ones
	Parts  []string // the files of the shards, with their records
}

// Join joins the shards of the job whose main file is at path: it checks that all are there,
// of one job, and as they were when they were complete, and writes the bytes that one process
// would have written. Where it fails, the files of the whole stay as they were. The shards
// stay, too.
func Join(path string) (j Joined, err error) {
	records, err := shardsOf(path)
	if err != nil {
		return j, err
	}
	first := records[0]
	j = Joined{ShardJob: ShardJob{path, first.Total, first.Job}, Shards: first.Of}
	dir := filepath.Dir(path)
	// The main file last: where it is, the others are.
	order := slices.Clone(first.Files)
	slices.SortStableFunc(order, func(a, b shardFile) int {
		main := func(f shardFile) int {
			if f.Name == filepath.Base(path) {
				return 1
			}
			return 0
		}
		return cmp.Compare(main(a), main(b))
	})
	for _, f := range order {
		parts := make([]part, len(records))
		for i, r := range records {
			k := slices.IndexFunc(r.Files, func(o shardFile) bool { return o.Name == f.Name })
			if k < 0 || len(r.Files) != len(first.Files) {
				return j, &ShardError{Shard{r.Shard, r.Of}.recordPath(path), errors.New("names other files than the first shard's")}
			}
			from, end := Shard{r.Shard, r.Of}.Range(r.Total)
			parts[i] = part{r.Files[k], filepath.Join(dir, filepath.FromSlash(r.Files[k].Part)), end - from}
			j.Parts = append(j.Parts, parts[i].path)
		}
		whole := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := joinFile(whole, first.Total, parts); err != nil {
			return j, err
		}
		j.Files = append(j.Files, whole)
	}
	for _, r := range records {
		j.Parts = append(j.Parts, Shard{r.Shard, r.Of}.recordPath(path))
	}
	slices.Reverse(j.Files)
	return j, nil
}

// shardsOf reads the records of the shards of a job, in their order.
func shardsOf(path string) ([]shardRecord, error) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	before := filepath.Base(path) + ".shard-"
	byN := map[int]map[int]string{}
	most := 0
	for _, e := range entries {
		name, found := strings.CutPrefix(e.Name(), before)
		name, json := strings.CutSuffix(name, ".json")
		i, n, of := strings.Cut(name, "-of-")
		s := Shard{}
		if s.I, err = strconv.Atoi(i); err != nil || !found || !json || !of {
			continue
		}
		if s.N, err = strconv.Atoi(n); err != nil || s.I < 1 || s.I > s.N || filepath.Base(s.recordPath(path)) != e.Name() {
			continue
		}
		if byN[s.N] == nil {
			byN[s.N] = map[int]string{}
		}
		byN[s.N][s.I] = s.recordPath(path)
		most = max(most, s.N)
	}
	if len(byN) == 0 {
		return nil, &ShardsError{Path: path}
	}
	if len(byN) > 1 {
		var counts []int
		for n := range byN {
			counts = append(counts, n)
		}
		slices.Sort(counts)
		return nil, fmt.Errorf("%s: there are shards of jobs of %d and of %d; remove those of one", path, counts[0], counts[1])
	}
	missing := &ShardsError{Path: path, N: most}
	for i := 1; i <= most && len(missing.Missing) < 1<<20; i++ { // a name may claim any number
		if byN[most][i] == "" {
			missing.Missing = append(missing.Missing, i)
		}
	}
	if len(missing.Missing) > 0 {
		return nil, missing
	}
	var records []shardRecord
	for i := 1; i <= most; i++ {
		name := byN[most][i]
		r, err := readShard(name)
		if err == nil && (r.Shard != i || r.Of != most) {
			err = fmt.Errorf("is that of shard %d of %d; its name is wrong", r.Shard, r.Of)
		}
		if err == nil && i > 1 {
			if key, ok := differs(r.Job, records[0].Job); ok {
				err = otherJob(key, r.Job, records[0].Job)
			} else if r.Total != records[0].Total {
				err = fmt.Errorf("belongs to a job of %d images, not %d", r.Total, records[0].Total)
			}
		}
		if err != nil {
			return nil, &ShardError{name, err}
		}
		records = append(records, r)
	}
	return records, nil
}

// part is a file of a shard, with so many rows.
type part struct {
	shardFile
	path string
	rows int
}

// joinFile writes one file of the rows of all parts. A header says what rows are, and must be
// the same in all but for their number.
func joinFile(path string, total int, parts []part) error {
	form, ok := map[string]rowForm{".npy": npyForm, ".idx": idxForm, ".csv": csvForm}[ending(path)]
	if !ok {
		return fmt.Errorf("%s: shards of such files cannot be joined", path)
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		var header []byte
		for i, p := range parts {
			whole, err := p.copyRows(w, form, total, i == 0)
			if err == nil && i > 0 && !bytes.Equal(whole, header) {
				err = errors.New("has rows of another kind than the first shard's")
			}
			if err != nil {
				return fmt.Errorf("%s: %w", p.path, err)
			}
			header = whole
		}
		return nil
	})
}

// copyRows copies a part's rows, after the header of the whole for the first one, and compares
// what it reads with the record.
func (p part) copyRows(w io.Writer, form rowForm, total int, first bool) (header []byte, err error) {
	f, err := os.Open(p.path)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	defer f.Close()
	h := sha256.New()
	r := bufio.NewReaderSize(io.TeeReader(f, h), 1<<18)
	if header, err = form(r, p.rows, total); err != nil {
		return nil, err
	}
	if first {
		if _, err := w.Write(header); err != nil {
			return nil, err
		}
	}
	if _, err := io.Copy(w, r); err != nil {
		return nil, err
	}
	if fmt.Sprintf("%x", h.Sum(nil)) != p.SHA256 {
		return nil, errors.New("has changed since its shard was complete; remove it and make that shard again")
	}
	return header, nil
}

// rowForm reads the header of a part of so many rows, and returns that of the whole.
type rowForm func(r *bufio.Reader, rows, total int) (header []byte, err error)

func npyForm(r *bufio.Reader, rows, total int) ([]byte, error) {
	h, err := npy.ReadHeader(r)
	if err != nil {
		return nil, err
	}
	if len(h.Shape) == 0 || h.Shape[0] != rows || h.Fortran {
		return nil, fmt.Errorf("has the shape %v, want %d rows", h.Shape, rows)
	}
	var b bytes.Buffer
	err = npy.WriteHeader(&b, h.Type, append([]int{total}, h.Shape[1:]...)...)
	return b.Bytes(), err
}

func idxForm(r *bufio.Reader, rows, total int) ([]byte, error) {
	header := make([]byte, 8)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, err
	}
	if n := binary.BigEndian.Uint32(header[4:]); int64(n) != int64(rows) {
		return nil, fmt.Errorf("has %d rows, want %d", n, rows)
	}
	more := make([]byte, 4*(max(1, int(header[3]))-1))
	if _, err := io.ReadFull(r, more); err != nil {
		return nil, err
	}
	if int64(total) != int64(uint32(total)) {
		return nil, fmt.Errorf("%d images are more than an .idx file can count", total)
	}
	binary.BigEndian.PutUint32(header[4:], uint32(total))
	return append(header, more...), nil
}

func csvForm(r *bufio.Reader, _, _ int) ([]byte, error) { return r.ReadBytes('\n') }
