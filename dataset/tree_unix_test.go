//go:build unix

package dataset

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestLinksByPath: what links lead to is known however the folder is named.
func TestLinksByPath(t *testing.T) {
	outside := t.TempDir()
	folder := writeFiles(t, map[string][]byte{"photos/a.png": gray(1, 1, 1), "photos/b.png": gray(1, 1, 2)})
	for name, target := range map[string]string{
		filepath.Join(folder, "photos", "again.png"): filepath.Join(folder, "photos", "a.png"), filepath.Join(outside, "way"): folder,
	} {
		if err := os.Symlink(target, name); err != nil {
			t.Skip(err)
		}
	}
	t.Chdir(filepath.Join(outside, "way"))
	for _, path := range []string{"photos", "photos/", "./photos", filepath.Join(folder, "photos"), filepath.Join(outside, "way", "photos")} {
		d, err := load(t, path, Options{Whole: true})
		if err != nil || !slices.Equal(d.Train.Names, []string{"a.png", "b.png"}) {
			t.Errorf("%s: %v, error %v", path, d, err)
		}
	}
}

// TestLinksThatSort: class folders of links to a folder beside them are classes.
func TestLinksThatSort(t *testing.T) {
	folder := writeFiles(t, map[string][]byte{"pool/a.png": gray(1, 1, 1), "pool/b.png": gray(1, 1, 2)})
	for link, target := range map[string]string{"cat/1.png": "../pool/a.png", "dog/2.png": "../pool/b.png"} {
		os.Mkdir(filepath.Join(folder, filepath.Dir(link)), 0o755)
		if err := os.Symlink(target, filepath.Join(folder, link)); err != nil {
			t.Skip(err)
		}
	}
	d, err := load(t, folder, Options{Whole: true})
	if err != nil || !slices.Equal(d.Train.Names, []string{"cat/1.png", "dog/2.png"}) || len(d.Report.LeftOut) != 0 {
		t.Errorf("%v, left out %q, error %v", d, d.Report.LeftOut, err)
	}
}

// TestOddFiles looks through a folder with whatever a disk may hold, without waiting for
// anything.
func TestOddFiles(t *testing.T) {
	folder := writeFiles(t, map[string][]byte{
		"a.png": gray(1, 1, 1), "name with\nnewline ü.png": gray(1, 1, 2), "is a folder.png/b.png": gray(1, 1, 3),
	})
	in := func(name string) string { return filepath.Join(folder, name) }
	if err := syscall.Mkfifo(in("pipe.png"), 0o644); err != nil {
		t.Skip(err)
	}
	if socket, err := net.Listen("unix", in("s.png")); err == nil {
		defer socket.Close()
	} else if err := syscall.Mkfifo(in("s.png"), 0o644); err != nil { // the path is too long for a socket
		t.Fatal(err)
	}
	elsewhere := writeFiles(t, map[string][]byte{"x.png": gray(1, 1, 4), "more/y.png": gray(1, 1, 5)})
	for name, target := range map[string]string{
		"file.png": filepath.Join(elsewhere, "x.png"), "linked": filepath.Join(elsewhere, "more"), "around": folder, "is a folder.png/up": "..", "device.png": "/dev/zero", "device": os.DevNull,
	} {
		if err := os.Symlink(target, in(name)); err != nil {
			t.Fatal(err)
		}
	}
	// Two links to what is here, and one to all that is around.
	for name, target := range map[string]string{"is a folder.png/again.png": "b.png", "twice": "is a folder.png", "out": ".."} {
		if err := os.Symlink(target, in(name)); err != nil {
			t.Fatal(err)
		}
	}
	d, err := load(t, folder, Options{Whole: true})
	if err != nil {
		t.Fatal(err)
	}
	// Class folders: those that lie loose are left out.
	if !slices.Equal(d.Train.Names, []string{"is a folder.png/b.png", "linked/y.png"}) {
		t.Errorf("names %q", d.Train.Names)
	}
	want := "3 links to images that are there already, 4 links to folders around them, 4 pipes, devices or sockets, 3 images beside the class folders"
	got := slices.Sorted(slices.Values(d.Report.LeftOut))
	if wanted := slices.Sorted(strings.SplitSeq(want, ", ")); strings.Join(got, ", ") != strings.Join(wanted, ", ") {
		t.Errorf("left out: %q, want %q", got, wanted)
	}

	if err := os.Symlink(in("nowhere"), in("linked/../dead.png")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"is a folder.png", "linked", "around"} {
		os.RemoveAll(in(name))
	}
	_, err = load(t, folder, Options{})
	wantError(t, err, "nowhere, which is not there")
	_, err = Open(in("pipe.png"), Options{})
	wantError(t, err, "pipe.png: is a named pipe, where a file is needed")
	_, err = ReadFiles(t.Context(), []string{in("pipe.png")}, Options{})
	wantError(t, err, "pipe.png: is a named pipe, where a file is needed")
	for _, name := range []string{"x.npy", "x.idx"} {
		if err := syscall.Mkfifo(in(name), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err = ReadFiles(t.Context(), []string{in(name)}, Options{})
		wantError(t, err, name+": is a named pipe")
	}
}
