package sink

import (
	"context"
	"errors"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"govae/images"
)

const resumeN, resumeSize = 150, 2 * 3 * 3

// resumable are options for a job of more than one batch.
func resumable() Options {
	return Options{N: resumeN, Shape: images.Shape{H: 2, W: 3, C: 3}, Job: map[string]string{"seed": "1"}}
}

// files returns what lies in a folder and its subfolders.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	m := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		m[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// spy is a source of images that notes where it had to begin and, before each one, calls at
// with its number. An error of at ends the images.
type spy struct {
	first int
	at    func(number int) error
}

func (s *spy) images(first int) iter.Seq2[images.Image, error] {
	s.first = first
	return func(yield func(images.Image, error) bool) {
		all := images.Batch{Shape: resumable().Shape, Pixels: ramp(resumeN * resumeSize)}
		for number := first; number < resumeN; number++ {
			if s.at != nil {
				if err := s.at(number); err != nil {
					yield(images.Image{}, err)
					return
				}
			}
			if !yield(all.At(number), nil) {
				return
			}
		}
	}
}

// recorded reports whether the job in dir has recorded images.
func recorded(dir string) bool {
	records, _ := filepath.Glob(filepath.Join(dir, "*"+recordEnding))
	inside, _ := filepath.Glob(filepath.Join(dir, "*", folderJob))
	return slices.ContainsFunc(append(records, inside...), func(path string) bool { return done(path) > 0 })
}

// TestResume ends the writing at several points, as Ctrl-C does and as kill -9 does,
// goes on, and compares the bytes with those of an undisturbed run.
func TestResume(t *testing.T) {
	for _, name := range []string{"x.npy", "x.idx", "folder"} {
		t.Run(name, func(t *testing.T) {
			whole := t.TempDir()
			if err := Write(filepath.Join(whole, name), resumable(), new(spy).images); err != nil {
				t.Fatal(err)
			}
			want := files(t, whole)
			for _, stop := range []int{0, 50, 100} {
				ctrlC, killed := t.TempDir(), t.TempDir()
				stopper := spy{at: func(number int) error {
					if number != stop {
						// A folder is recorded by its first 64 images, an array by the next image
						// when the disk has the earlier ones, which may take its time.
						for tries := 0; tries < 200 && number > 70 && !recorded(ctrlC); tries++ {
							time.Sleep(10 * time.Millisecond)
						}
						return nil
					}
					// What lies on the disk now is what kill -9 would leave.
					if err := os.CopyFS(killed, os.DirFS(ctrlC)); err != nil {
						t.Fatal(err)
					}
					return context.Canceled
				}}
				o := resumable()
				o.interval = time.Nanosecond // the record is written as often as the disk allows
				err := Write(filepath.Join(ctrlC, name), o, stopper.images)
				if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "of 150 images") != (stop > 0) {
					t.Fatalf("stopped at %d: error %v", stop, err)
				}
				if left, _ := os.ReadDir(ctrlC); (len(left) > 0) != (stop > 0) {
					t.Errorf("stopped at %d: %d files are left", stop, len(left))
				}
				for how, dir := range map[string]string{"Ctrl-C": ctrlC, "kill -9": killed} {
					var again spy
					o := resumable()
					o.Resume = true
					if err := Write(filepath.Join(dir, name), o, again.images); err != nil {
						t.Fatalf("%s at %d: %v", how, stop, err)
					}
					// What was complete shortly before a kill may not have been recorded yet.
					if again.first != stop && (how == "Ctrl-C" || again.first > stop || again.first == 0 && stop == 100) {
						t.Errorf("%s at %d: went on with image %d", how, stop, again.first)
					}
					if !maps.Equal(files(t, dir), want) {
						t.Errorf("%s at %d: other files than without a stop", how, stop)
					}
				}
			}
		})
	}
}

// TestResumeOfWhatIsLeft damages what an interrupted job left.
func TestResumeOfWhatIsLeft(t *testing.T) {
	rewrite := func(name, data string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, name)) }
	}
	const record = "x.idx.part.json"
	// renamed is a crash after the array came into its place and before its record went.
	renamed := func(t *testing.T, dir string) {
		rewrite(record, `{"job":{"images":"150","seed":"1","size":"3x2x3"},"done":150}`)(t, dir)
		if err := os.Rename(filepath.Join(dir, "x.idx.part"), filepath.Join(dir, "x.idx")); err != nil {
			t.Fatal(err)
		}
	}
	f, err := byteArray(resumable())
	if err != nil {
		t.Fatal(err)
	}
	header := len(f.header)
	for _, tt := range []struct {
		name   string
		out    string
		damage func(t *testing.T, dir string)
		change func(o *Options)
		first  int
		want   string // of the error
	}{
		{name: "nothing", out: "x.idx", first: 100},
		{name: "cut in a row", out: "x.idx", first: 10, damage: func(t *testing.T, dir string) {
			if err := os.Truncate(filepath.Join(dir, "x.idx.part"), int64(header+10*resumeSize+5)); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "cut in the header", out: "x.idx", damage: rewrite("x.idx.part", "\x00")},
		{name: "part lost", out: "x.idx", damage: remove("x.idx.part")},
		{name: "record lost", out: "x.idx", damage: remove(record)},
		{name: "no record", out: "x.idx", damage: rewrite(record, "{"), want: record + ": is damaged"},
		{name: "of another job", out: "x.idx", damage: rewrite(record, `{"done":5}`), want: `belongs to another job (images "", not "150")`},
		{name: "too many", out: "x.idx", damage: rewrite(record, `{"job":{"images":"150","seed":"1","size":"3x2x3"},"done":151}`), want: "counts 151 of 150 images"},
		{name: "another seed", out: "x.idx", change: func(o *Options) { o.Job["seed"] = "2" }, want: `belongs to another job (seed "1", not "2")`},
		{name: "one thing more", out: "x.idx", change: func(o *Options) { o.Job["from"] = "z" }, want: `(from "", not "z")`},
		{name: "another number", out: "x.idx", change: func(o *Options) { o.N = 149 }, want: `(images "150", not "149")`},
		{name: "anew", out: "x.idx", change: func(o *Options) { o.Resume, o.Force = false, true; o.Job["seed"] = "2" }},
		{name: "not resumed", out: "x.idx", change: func(o *Options) { o.Resume = false }, want: "an interrupted run has left 100 images"},
		{name: "renamed", out: "x.idx", damage: renamed, change: func(o *Options) { o.Resume = false }},
		{name: "renamed, resumed", out: "x.idx", damage: renamed},
		{name: "no job", out: "x.idx", change: func(o *Options) { o.Resume, o.Force = false, true; o.Job = nil }},
		{name: "image lost", out: "folder", first: 77, damage: remove("folder/0077.png")},
		{name: "image empty", out: "folder", first: 78, damage: rewrite("folder/0078.png", "")},
		{name: "folder without record", out: "folder", damage: remove("folder/.job.json"), want: "of which nothing says how they were made"},
		{name: "folder without record, forced", out: "folder", damage: remove("folder/.job.json"), change: func(o *Options) { o.Force = true }},
		{name: "folder of another seed", out: "folder", change: func(o *Options) { o.Job["seed"] = "2" }, want: `folder/.job.json: belongs to another job`},
		{name: "folder not resumed", out: "folder", change: func(o *Options) { o.Resume = false }, want: "already holds images (0000.png)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, tt.out)
			stopper := spy{at: func(number int) error {
				if number == 100 {
					return context.Canceled
				}
				return nil
			}}
			if err := Write(path, resumable(), stopper.images); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if tt.damage != nil {
				tt.damage(t, dir)
			}
			o := resumable()
			o.Resume = true
			if tt.change != nil {
				tt.change(&o)
			}
			before := files(t, dir)
			again := spy{first: -1}
			err := Write(path, o, again.images)
			if tt.want != "" {
				if !maps.Equal(files(t, dir), before) {
					t.Error("a refusal has changed what is left")
				}
				if err == nil || !strings.Contains(err.Error(), tt.want) || again.first >= 0 {
					t.Fatalf("error %v, want %q before the first image", err, tt.want)
				}
				return
			}
			if err != nil || again.first != tt.first {
				t.Fatalf("began with image %d, error %v; want image %d", again.first, err, tt.first)
			}
			left := files(t, dir)
			if _, ok := left["x.idx"]; tt.out == "x.idx" && (!ok || len(left) != 1) {
				t.Errorf("%d files are left, want the array alone", len(left))
			}
			if tt.out == "folder" && len(left) != resumeN+1 {
				t.Errorf("%d files are left, want %d images and a record", len(left), resumeN)
			}
		})
	}
}

// TestFinishedFolder is resumed without an image to make.
func TestFinishedFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "folder")
	o := resumable()
	var once, again spy
	if err := Write(dir, o, once.images); err != nil {
		t.Fatal(err)
	}
	o.Resume = true
	if err := Write(dir, o, again.images); err != nil || again.first != resumeN {
		t.Errorf("began with image %d, error %v; want %d", again.first, err, resumeN)
	}
}

func FuzzResume(f *testing.F) {
	f.Add([]byte(`{"job":{"seed":"1"},"done":3}`))
	f.Add([]byte(`{"job":null,"done":-1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		j := job{record: record{Job: map[string]string{"seed": "1"}}}
		if err := j.resume(data, 10); err == nil && (j.Done < 0 || j.Done > 10) {
			t.Errorf("%d of 10 images are done", j.Done)
		}
	})
}

// TestOthersInterruptedJob: images that cannot be continued do not go on from those of a
// job.
func TestOthersInterruptedJob(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npy")
	stop := spy{at: func(number int) error {
		if number == 100 {
			return context.Canceled
		}
		return nil
	}}
	Write(path, resumable(), stop.images)
	for _, o := range []Options{resumable(), {N: resumeN, Shape: resumable().Shape}} {
		err := Write(path, o, new(spy).images)
		e, ok := errors.AsType[*InterruptedError](err)
		if !ok || e.Done != 100 || e.Resumable != (o.Job != nil) {
			t.Errorf("with job %v: error %#v", o.Job, err)
		}
	}
}
