package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestWriteReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, want := range []string{"one", "two"} {
		if err := WriteBytes(path, []byte(want)); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); string(got) != want {
			t.Errorf("file holds %q, want %q", got, want)
		}
	}
}

func TestFailureKeepsTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := WriteBytes(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err := Write(path, func(w io.Writer) error {
		io.WriteString(w, "half")
		return broken
	})
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want one that wraps %v and names the file", err, broken)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("file holds %q, want the old content", got)
	}
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("%d files left in the folder, want 1", len(files))
	}
}

func TestMissingFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "f")
	if err := WriteBytes(path, nil); err == nil || strings.Contains(err.Error(), ".tmp") {
		t.Errorf("error %v, want one without the temporary file's name", err)
	}
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	part, path := filepath.Join(dir, "f.part"), filepath.Join(dir, "f")
	for name, data := range map[string]string{part: "new", path: "old"} {
		if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Replace(part, path); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the new file has the mode %v, error %v", info.Mode(), err)
	}
	if got, _ := os.ReadFile(path); string(got) != "new" {
		t.Errorf("file holds %q, want the new content", got)
	}
	if err := Replace(part, path); err == nil || !strings.HasPrefix(err.Error(), "write "+path+": no such file") {
		t.Errorf("nothing to put in place: error %v", err)
	}
}

// TestLinksStay writes through symbolic links.
func TestLinksStay(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "f"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("f", link); err != nil {
		t.Skip(err) // Windows wants a privilege
	}
	if err := WriteBytes(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(file); string(got) != "new" {
		t.Errorf("the file holds %q, want %q", got, "new")
	}
	if to, err := os.Readlink(link); to != "f" {
		t.Errorf("the link leads to %q (%v)", to, err)
	}
}

// TestDevicesStay writes to what is no file.
func TestDevicesStay(t *testing.T) {
	before, err := os.Stat(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteBytes(os.DevNull, []byte("gone")); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(os.DevNull); err != nil || after.Mode() != before.Mode() {
		t.Errorf("mode %v, %v; want %v", after.Mode(), err, before.Mode())
	}
}

func TestPermissionsStay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := WriteBytes(path, []byte("secret")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("mode %v, error %v; want 0600", info.Mode(), err)
	}
}

func TestSame(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("f", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("f", "link"); err != nil {
		t.Skip(err) // Windows wants a privilege
	}
	if err := os.Symlink("new", "dangling"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"f", "./f", true}, {"f", filepath.Join(dir, "f"), true}, {"f", "link", true}, {"f", "g", false},
		{"new", filepath.Join(dir, "new"), true}, {"new", "dangling", true}, {"new", "f", false}, {".", dir + "/", true},
	} {
		if got := Same(tt.a, tt.b); got != tt.want {
			t.Errorf("Same(%q, %q) is %v", tt.a, tt.b, got)
		}
	}
}

// TestRotate keeps what was there, and changes nothing where the new data fails.
func TestRotate(t *testing.T) {
	dir := t.TempDir()
	path, previous := filepath.Join(dir, "f"), filepath.Join(dir, "old")
	for i, want := range []struct{ path, previous string }{{"1", ""}, {"2", "1"}, {"3", "2"}} {
		if err := Rotate(path, previous, func(w io.Writer) error {
			_, err := io.WriteString(w, want.path)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		got, _ := os.ReadFile(path)
		before, _ := os.ReadFile(previous)
		if string(got) != want.path || string(before) != want.previous {
			t.Errorf("after %d: %q and %q, want %+v", i, got, before, want)
		}
	}
	err := Rotate(path, previous, func(io.Writer) error { return io.ErrShortWrite })
	got, _ := os.ReadFile(path)
	before, _ := os.ReadFile(previous)
	if e, ok := errors.AsType[*Error](err); !ok || e.Path != path || string(got) != "3" || string(before) != "2" {
		t.Errorf("error %v, %q and %q; want an Error about the file, and both as they were", err, got, before)
	}
}

// TestClean removes what a kill has left of one file, and nothing else.
func TestClean(t *testing.T) {
	dir := t.TempDir()
	ours := []string{".f.txt.0123abcd.tmp", ".f.txt.ffffffff.tmp"}
	others := []string{"f.txt", ".g.txt.0123abcd.tmp", ".f.txt.0123abcd.tmp2", ".f.txt.123.tmp", ".f.txt.tmp", ".f.txt.mine-abc.tmp", "f.txt.0123abcd.tmp"}
	for _, name := range slices.Concat(ours, others) {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	Clean(filepath.Join(dir, "f.txt"))
	for _, name := range ours {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
	for _, name := range others {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	Clean(filepath.Join(dir, "nowhere", "f.txt"))
}

// TestStage makes a folder beside a path, and removes those that a kill has left of it.
func TestStage(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "set")
	killed, err := Stage(path)
	if err != nil {
		t.Fatal(err)
	}
	other, err := Stage(filepath.Join(dir, "other"))
	if err != nil {
		t.Fatal(err)
	}
	stage, err := Stage(path + "/")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(killed); err == nil || stage == killed {
		t.Errorf("%s is still there", killed)
	}
	for _, folder := range []string{stage, other} {
		if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
			t.Errorf("%s holds %v, %v", folder, entries, err)
		}
	}
}

// TestWriteAll: no file changes unless all can be written, and devices among them hinder none.
func TestWriteAll(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	contents := [][]byte{[]byte("one"), []byte("two")}
	holds := func(path, want string) {
		t.Helper()
		if got, _ := os.ReadFile(path); string(got) != want {
			t.Errorf("%s holds %q, want %q", path, got, want)
		}
	}
	if err := WriteAll([]string{a, b}, contents); err != nil {
		t.Fatal(err)
	}
	holds(a, "one")
	holds(b, "two")
	missing := filepath.Join(dir, "missing", "c")
	err := WriteAll([]string{a, missing}, [][]byte{[]byte("new"), nil})
	if e, ok := errors.AsType[*Error](err); !ok || e.Path != missing {
		t.Errorf("error %v, want one about %s", err, missing)
	}
	holds(a, "one")
	if _, err := os.Stat(os.DevNull); err == nil {
		if err := WriteAll([]string{os.DevNull, b}, [][]byte{nil, []byte("new")}); err != nil {
			t.Error(err)
		}
		holds(b, "new")
	}
}

// TestRotateOfDevices: what is no file has nothing to keep.
func TestRotateOfDevices(t *testing.T) {
	dir := t.TempDir()
	path, previous := filepath.Join(dir, "null"), filepath.Join(dir, "previous")
	if err := os.Symlink(os.DevNull, path); err != nil {
		t.Skip("no symbolic links: ", err)
	}
	if err := Rotate(path, previous, from([]byte("data"))); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(previous); err == nil {
		t.Error("the device has become a file of before")
	}
}
