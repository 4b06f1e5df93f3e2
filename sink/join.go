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

// PartError says what is wrong with a file of a shard.
type PartError struct {
	Path string
	Err  error
}

func (e *PartError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }

func (e *PartError) Unwrap() error { return e.Err }

// Shards are the complete shards of a job, in their order.
type Shards struct {
	ShardJob
	N       int
	Parts   []string // their files, and then their records
	records []shardRecord
}

// OpenShards finds the shards of the job whose main file is at path, and checks that all are
// there and of one job.
func OpenShards(path string) (*Shards, error) {
	path = filepath.Clean(path) // a folder's name may end in a slash
	records, err := shardsOf(path)
	if err != nil {
		return nil, err
	}
	first := records[0]
	s := &Shards{ShardJob: ShardJob{path, first.Total, first.Job}, N: first.Of, records: records}
	for _, f := range first.Files {
		parts, err := s.partsOf(f.Name)
		if err != nil {
			return nil, err
		}
		for _, p := range parts {
			s.Parts = append(s.Parts, p.path)
		}
	}
	for _, r := range records {
		s.Parts = append(s.Parts, Shard{r.Shard, r.Of}.recordPath(path))
	}
	return s, nil
}

// partsOf returns the shards' parts of the file of the whole that has this name.
func (s *Shards) partsOf(name string) ([]part, error) {
	parts, dir := make([]part, s.N), filepath.Dir(s.Path)
	for i, r := range s.records {
		shard := Shard{r.Shard, r.Of}
		k := slices.IndexFunc(r.Files, func(f shardFile) bool { return f.Name == name })
		if k < 0 || len(r.Files) != len(s.records[0].Files) {
			return nil, &ShardError{shard.recordPath(s.Path), errors.New("names other files than the first shard's")}
		}
		from, end := shard.Range(r.Total)
		parts[i] = part{r.Files[k], filepath.Join(dir, filepath.FromSlash(r.Files[k].Part)), end - from}
	}
	return parts, nil
}

// Join writes the files of the whole, with the bytes that one process would have written. It
// checks that the shards have not changed since they were complete. If it fails, older files of
// the whole stay. The shards stay in any case. It returns the files that it has written, the main
// one first.
func (s *Shards) Join() (files []string, err error) {
	for _, f := range s.records[0].Files {
		files = append(files, filepath.Join(filepath.Dir(s.Path), filepath.FromSlash(f.Name)))
	}
	if !slices.ContainsFunc(files, func(file string) bool { return filepath.Clean(file) == filepath.Clean(s.Path) }) {
		return nil, fmt.Errorf("%s: the records of its shards are of other files", s.Path)
	}
	slices.SortStableFunc(files, func(a, b string) int {
		main := func(file string) int {
			if filepath.Base(file) == filepath.Base(s.Path) {
				return 0
			}
			return 1
		}
		return cmp.Compare(main(a), main(b))
	})
	for _, file := range slices.Backward(files) { // where the main file is, the others are
		if err := atomicfile.Write(file, func(w io.Writer) error { return s.join(w, file) }); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// Read reads the bytes that a file of the whole would have, for jobs that make something else of
// them. Errors of [Shards.Join], mostly a [*PartError], are errors of the reader, at the end of the
// part at the latest.
func (s *Shards) Read(file string) io.ReadCloser {
	r, w := io.Pipe()
	go func() { w.CloseWithError(s.join(w, file)) }()
	return r
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
			err = r.partOf(records[0].Job, records[0].Total)
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

// join writes one file of the rows of all parts. A header says what rows are, and must be the
// same in all but for their number.
func (s *Shards) join(w io.Writer, file string) error {
	form, ok := map[string]rowForm{".npy": npyForm, ".idx": idxForm, ".csv": csvForm, ".jsonl": lineForm}[ending(file)]
	if !ok {
		return fmt.Errorf("%s: shards of such files cannot be joined", file)
	}
	name, err := relative(s.Path, file)
	if err != nil {
		return err
	}
	parts, err := s.partsOf(name)
	if err != nil {
		return err
	}
	var header []byte
	for i, p := range parts {
		whole, err := p.copyRows(w, form, s.Total, i == 0)
		if err == nil && i > 0 && !bytes.Equal(whole, header) {
			err = errors.New("has rows of another kind than the first shard's")
		}
		if err != nil {
			return &PartError{p.path, err}
		}
		header = whole
	}
	return nil
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

// lineForm is that of lines without a header.
func lineForm(*bufio.Reader, int, int) ([]byte, error) { return nil, nil }
