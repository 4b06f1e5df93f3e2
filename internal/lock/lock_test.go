package lock

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

func TestTake(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, dir + "/", filepath.Join(dir, "new.npy")} {
		release, err := Take(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Take(path)
		if held, ok := errors.AsType[*HeldError](err); !ok || held.Path != path {
			t.Errorf("%s: a second one got the error %v", path, err)
		}
		release()
		if release, err = Take(path); err != nil {
			t.Fatalf("after the release: %v", err)
		}
		release()
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	if _, err := Take(filepath.Join(dir, "no", "folder")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a folder that is not there: error %v", err)
	}
}

func TestWait(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	release, err := Take(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Wait(ctx, path, cancel); !errors.Is(err, context.Canceled) {
		t.Errorf("a wait that is cancelled: error %v", err)
	}
	release, err = Wait(t.Context(), path, release)
	if err != nil {
		t.Fatal(err)
	}
	release()
}

// TestOneAtATime takes and releases a lock from many goroutines.
func TestOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	var holders, takes atomic.Int32
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for range 300 {
				release, err := Take(path)
				if held := (*HeldError)(nil); errors.As(err, &held) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d hold the lock", n)
				}
				takes.Add(1)
				holders.Add(-1)
				release()
			}
		})
	}
	workers.Wait()
	if takes.Load() == 0 {
		t.Error("nobody got the lock")
	}
}

// TestEndsWithTheProcess kills a process that has the lock.
func TestEndsWithTheProcess(t *testing.T) {
	if path := os.Getenv("TAKE_LOCK"); path != "" {
		if _, err := Take(path); err != nil {
			os.Exit(1)
		}
		os.Stdout.WriteString("taken")
		select {}
	}
	path := filepath.Join(t.TempDir(), "x")
	holder := exec.Command(os.Args[0], "-test.run=^TestEndsWithTheProcess$")
	holder.Env = append(os.Environ(), "TAKE_LOCK="+path)
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	if _, err := Take(path); err == nil {
		t.Error("two processes have the lock")
	}
	holder.Process.Kill()
	holder.Wait()
	release, err := Take(path)
	if err != nil {
		t.Fatalf("after the process: %v", err)
	}
	release()
}
