package dataset

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"govae/internal/lock"
)

// mirror serves files from /data/ in some way, and keeps the ranges that were asked for.
type mirror struct {
	*httptest.Server
	mu     sync.Mutex
	ranges []string // "" for a whole file
}

// behaviour answers a request for a file.
type behaviour func(w http.ResponseWriter, r *http.Request, data []byte)

func newMirror(t *testing.T, files map[string][]byte, answer behaviour) *mirror {
	t.Helper()
	m := &mirror{}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		m.ranges = append(m.ranges, r.Header.Get("Range"))
		m.mu.Unlock()
		answer(w, r, files[strings.TrimPrefix(r.URL.Path, "/data/")])
	}))
	t.Cleanup(m.Close)
	return m
}

func (m *mirror) URL() string { return m.Server.URL + "/data/" }

func (m *mirror) asked() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.ranges)
}

func (m *mirror) requests() int { return len(m.asked()) }

// serve is a server as it should be.
func serve(w http.ResponseWriter, r *http.Request, data []byte) {
	http.ServeContent(w, r, "x.gz", time.Time{}, bytes.NewReader(data))
}

// cut is a server that ends each answer after some bytes.
func cut(n int) behaviour {
	return func(w http.ResponseWriter, r *http.Request, data []byte) {
		serve(&short{w, n}, r, data)
	}
}

// short passes on some bytes and breaks the connection at the next one.
type short struct {
	http.ResponseWriter
	left int
}

func (s *short) Write(p []byte) (int, error) {
	n, err := s.ResponseWriter.Write(p[:min(len(p), s.left)])
	s.left -= n
	if err == nil && n < len(p) {
		s.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, err
}

// flipped has a wrong byte in the middle.
func flipped(data []byte) []byte {
	data = slices.Clone(data)
	data[len(data)/2] ^= 64
	return data
}

// testDownload is one of 10,000 bytes that are hard to compress. got is what was read last.
func testDownload(t *testing.T) (d download, files map[string][]byte, got *[]byte) {
	data := make([]byte, 10_000)
	for i := range data {
		data[i] = byte(i * i / 7)
	}
	got = new([]byte)
	return download{
		remoteFile: remoteFile{"x", int64(len(data)), fmt.Sprintf("%x", sha256.Sum256(data))},
		source:     "mini",
		folder:     filepath.Join(t.TempDir(), "cache"),
		stall:      10 * time.Second,
		use: func(r io.Reader) (err error) {
			*got, err = io.ReadAll(r)
			return err
		},
	}, map[string][]byte{"x": data}, got
}

// TestMirrors tries bad mirrors before a good one, and alone. The ranges are those that
// each is asked for.
func TestMirrors(t *testing.T) {
	for name, tt := range map[string]struct {
		bad          behaviour
		badly, after []string
		want         string // of the failure without the good one
	}{
		"not found": {func(w http.ResponseWriter, r *http.Request, data []byte) { w.WriteHeader(http.StatusNotFound) },
			[]string{""}, []string{""}, "404 Not Found"},
		"416": {func(w http.ResponseWriter, r *http.Request, data []byte) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		}, []string{""}, []string{""}, "416"},
		"a page": {func(w http.ResponseWriter, r *http.Request, data []byte) {
			w.Write([]byte("<html>please log in</html>"))
		},
			[]string{""}, []string{""}, "it sends 26 bytes, where 10000 were asked for"},
		"a page of unknown length": {func(w http.ResponseWriter, r *http.Request, data []byte) {
			io.WriteString(w, "<html>")
			w.(http.Flusher).Flush()
			w.Write(data)
		}, []string{""}, []string{""}, "it sends a page"},
		"cut once and for all": {func(w http.ResponseWriter, r *http.Request, data []byte) {
			if r.Header.Get("Range") != "" {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			cut(4000)(w, r, data)
		}, []string{"", "bytes=4000-"}, []string{"bytes=4000-"}, "503 Service Unavailable"},
		"cut, without ranges": {func(w http.ResponseWriter, r *http.Request, data []byte) {
			r.Header.Del("Range")
			cut(4000)(w, r, data)
		}, []string{"", "bytes=4000-"}, []string{"bytes=4000-"}, "it ended after 4000 of 10000 bytes"},
		"cut at the source": {func(w http.ResponseWriter, r *http.Request, data []byte) { serve(w, r, data[:5000]) },
			[]string{""}, []string{""}, "it sends 5000 bytes"},
		"longer": {func(w http.ResponseWriter, r *http.Request, data []byte) { serve(w, r, slices.Concat(data, data)) },
			[]string{""}, []string{""}, "it sends 20000 bytes"},
		"longer, of unknown length": {func(w http.ResponseWriter, r *http.Request, data []byte) {
			w.Header().Set("Content-Type", "application/gzip")
			for range 10 {
				w.Write(data[:2000])
				w.(http.Flusher).Flush()
			}
		}, nil, nil, "it sends more than the 10000 bytes"},
		"flipped": {func(w http.ResponseWriter, r *http.Request, data []byte) { serve(w, r, flipped(data)) },
			[]string{""}, []string{""}, "the SHA-256 of the file is"},
		"flipped and cut": {func(w http.ResponseWriter, r *http.Request, data []byte) {
			if r.Header.Get("Range") == "" {
				cut(9000)(w, r, flipped(data))
			}
		}, []string{"", "bytes=9000-"}, []string{"bytes=9000-", ""}, "it sends 0 bytes"},
		"other range": {func(w http.ResponseWriter, r *http.Request, data []byte) {
			if r.Header.Get("Range") != "" {
				r.Header.Set("Range", "bytes=3000-")
			}
			cut(4000)(w, r, data)
		}, []string{"", "bytes=4000-"}, []string{"bytes=4000-"}, `it sends "bytes 3000-9999/10000"`},
		"compressed on the way": {func(w http.ResponseWriter, r *http.Request, data []byte) {
			if r.Header.Get("Accept-Encoding") != "identity" {
				t.Errorf("compression is welcome: %q", r.Header.Get("Accept-Encoding"))
			}
			w.WriteHeader(http.StatusNotFound)
		}, []string{""}, []string{""}, "404"},
	} {
		t.Run(name, func(t *testing.T) {
			d, files, got := testDownload(t)
			first, second := newMirror(t, files, tt.bad), newMirror(t, files, serve)
			d.mirrors = []string{first.URL(), second.URL()}
			if err := d.fetch(t.Context()); err != nil || !bytes.Equal(*got, files["x"]) {
				t.Fatalf("%d bytes, error %v", len(*got), err)
			}
			if tt.badly != nil && (!slices.Equal(first.asked(), tt.badly) || !slices.Equal(second.asked(), tt.after)) {
				t.Errorf("the mirrors were asked for %q and %q, want %q and %q", first.asked(), second.asked(), tt.badly, tt.after)
			}
			if left, err := os.ReadDir(d.folder); len(left) != 1 || left[0].Name() != "x" {
				t.Errorf("the folder holds %v (%v)", left, err)
			}

			d.mirrors, d.folder = d.mirrors[:1], filepath.Join(t.TempDir(), "cache")
			err := d.fetch(t.Context())
			wantError(t, err, "mini: cannot download x (", d.mirrors[0], tt.want, "put them in a folder")
			if _, err := os.Stat(d.path()); err == nil {
				t.Error("a bad file took the name of the good one")
			}
		})
	}
}

// TestCutAgainAndAgain completes a file by five answers of one mirror.
func TestCutAgainAndAgain(t *testing.T) {
	d, files, got := testDownload(t)
	m := newMirror(t, files, cut(2100))
	d.mirrors = []string{m.URL()}
	var last int64
	d.progress = func(done, total int64) {
		if done < last || total != 10_000 {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last = done
	}
	if err := d.fetch(t.Context()); err != nil || !bytes.Equal(*got, files["x"]) || last != 10_000 {
		t.Fatalf("%d bytes, error %v, progress %d", len(*got), err, last)
	}
	if want := []string{"", "bytes=2100-", "bytes=4200-", "bytes=6300-", "bytes=8400-"}; !slices.Equal(m.asked(), want) {
		t.Errorf("it was asked for %q, want %q", m.asked(), want)
	}
}

// TestResumedByTheNextRun leaves parts of all kinds behind.
func TestResumedByTheNextRun(t *testing.T) {
	for name, tt := range map[string]struct {
		part func(data []byte) []byte
		want []string
	}{
		"half":       {func(data []byte) []byte { return data[:5000] }, []string{"bytes=5000-"}},
		"wrong half": {func(data []byte) []byte { return flipped(data)[:6000] }, []string{"bytes=6000-", ""}},
		"all":        {func(data []byte) []byte { return data }, nil},
		"all, wrong": {flipped, []string{""}},
		"too much":   {func(data []byte) []byte { return append(slices.Clone(data), 1) }, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			d, files, got := testDownload(t)
			m := newMirror(t, files, serve)
			d.mirrors = []string{m.URL()}
			if err := os.MkdirAll(d.folder, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(d.part(), tt.part(files["x"]), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := d.fetch(t.Context()); err != nil || !bytes.Equal(*got, files["x"]) {
				t.Fatalf("%d bytes, error %v", len(*got), err)
			}
			if !slices.Equal(m.asked(), tt.want) {
				t.Errorf("it was asked for %q, want %q", m.asked(), tt.want)
			}
		})
	}
}

// TestStalled has a mirror that falls silent, before its answer or within it.
func TestStalled(t *testing.T) {
	for _, sent := range []int{-1, 0, 3000} {
		d, files, got := testDownload(t)
		d.stall = 50 * time.Millisecond
		silent := newMirror(t, files, func(w http.ResponseWriter, r *http.Request, data []byte) {
			if sent >= 0 {
				w.Header().Set("Content-Length", fmt.Sprint(len(data)))
				w.Write(data[:sent])
				w.(http.Flusher).Flush()
			}
			<-r.Context().Done()
		})
		d.mirrors = []string{silent.URL()}
		wantError(t, d.fetch(t.Context()), silent.URL(), "it sent nothing for 50ms")
		d.stall = time.Second // which the mirror that answers may need on a busy machine
		d.mirrors = append(d.mirrors, newMirror(t, files, serve).URL())
		if err := d.fetch(t.Context()); err != nil || !bytes.Equal(*got, files["x"]) {
			t.Fatalf("%d bytes, error %v", len(*got), err)
		}
	}
}

func TestNoNetwork(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close() // nobody listens there now
	d, _, _ := testDownload(t)
	d.mirrors = []string{server.URL + "/"}
	wantError(t, d.fetch(t.Context()), "mini: cannot download x", server.URL, "refused", "put them in a folder")
}

func TestDownloadCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	d, files, _ := testDownload(t)
	d.mirrors = []string{newMirror(t, files, func(w http.ResponseWriter, r *http.Request, data []byte) {
		w.Write(data[:1])
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	}).URL()}
	if err := d.fetch(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// TestOneDownloads lets several want a file at the same time: one fetches it.
func TestOneDownloads(t *testing.T) {
	d, files, _ := testDownload(t)
	m := newMirror(t, files, func(w http.ResponseWriter, r *http.Request, data []byte) {
		time.Sleep(50 * time.Millisecond)
		serve(w, r, data)
	})
	d.mirrors = []string{m.URL()}
	var right atomic.Int32
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			var got []byte
			d := d
			d.use = func(r io.Reader) (err error) { got, err = io.ReadAll(r); return err }
			if err := d.fetch(t.Context()); err != nil {
				t.Error(err)
			}
			if bytes.Equal(got, files["x"]) {
				right.Add(1)
			}
		})
	}
	all.Wait()
	if right.Load() != 4 || m.requests() != 1 {
		t.Errorf("%d of 4 got the file by %d requests", right.Load(), m.requests())
	}
}

// TestLockedDownload waits for another process until it is told to stop.
func TestLockedDownload(t *testing.T) {
	d, files, _ := testDownload(t)
	d.mirrors = []string{newMirror(t, files, serve).URL()}
	if err := os.MkdirAll(d.folder, 0o755); err != nil {
		t.Fatal(err)
	}
	release, err := lock.Take(d.path())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := d.fetch(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
	}
}

// TestUnwritablePart meets a disk on which no mirror helps.
func TestUnwritablePart(t *testing.T) {
	d, files, _ := testDownload(t)
	m := newMirror(t, files, serve)
	d.mirrors = []string{m.URL(), m.URL()}
	if err := os.MkdirAll(d.part(), 0o755); err != nil {
		t.Fatal(err)
	}
	wantError(t, d.fetch(t.Context()), "mini: ", d.part())
	if m.requests() != 1 {
		t.Errorf("%d requests, want 1", m.requests())
	}
}

// TestProxy fetches from a server that only a proxy knows. The environment is read once,
// so it is a process of its own.
func TestProxy(t *testing.T) {
	d, files, got := testDownload(t)
	if os.Getenv("BEHIND_PROXY") != "" {
		d.mirrors = []string{"http://mirror.invalid/data/"}
		if err := d.fetch(t.Context()); err != nil || !bytes.Equal(*got, files["x"]) {
			t.Fatalf("%d bytes, error %v", len(*got), err)
		}
		return
	}
	proxy := newMirror(t, files, serve) // which sees the path of the address that it is asked for
	cmd := exec.Command(os.Args[0], "-test.run=^TestProxy$")
	cmd.Env = append(os.Environ(), "BEHIND_PROXY=1", "HTTP_PROXY="+proxy.Server.URL, "http_proxy="+proxy.Server.URL, "NO_PROXY=", "no_proxy=")
	if out, err := cmd.CombinedOutput(); err != nil || proxy.requests() != 1 {
		t.Errorf("%v, %d requests\n%s", err, proxy.requests(), out)
	}
}
