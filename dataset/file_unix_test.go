//go:build unix

package dataset

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestNoPipeIsOpened gives named pipes, which nobody writes, a socket and a device the
// names of data.
func TestNoPipeIsOpened(t *testing.T) {
	for _, name := range []string{"a.npy", "a.npz", "a.idx", "train-images-idx3-ubyte"} {
		folder := t.TempDir()
		path := filepath.Join(folder, name)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Skip(err)
		}
		_, err := Open(path, Options{})
		wantError(t, err, path+": is a named pipe, where a file is needed")
		_, err = ReadFiles(t.Context(), []string{path}, Options{})
		wantError(t, err, path+": is a named pipe")
		if name == "train-images-idx3-ubyte" {
			_, err = load(t, folder, Options{})
			wantError(t, err, path+": is a named pipe")
		}
	}

	// Labels beside good images.
	folder := writeFiles(t, map[string][]byte{"train-images-idx3-ubyte": idxBytes(4, 2, 3)})
	labels := filepath.Join(folder, "train-labels-idx1-ubyte")
	if err := syscall.Mkfifo(labels, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, spec := range []string{folder, filepath.Join(folder, "train-images-idx3-ubyte")} {
		_, err := load(t, spec, Options{})
		wantError(t, err, labels+": is a named pipe")
	}

	socket := filepath.Join(t.TempDir(), "s.npy")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	_, err = Open(socket, Options{})
	wantError(t, err, "is a socket")
	link := filepath.Join(t.TempDir(), "d.npy")
	if err := os.Symlink("/dev/zero", link); err != nil {
		t.Fatal(err)
	}
	_, err = Open(link, Options{})
	wantError(t, err, "is a device")
}
