package cli

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
)

// NoteOnce is [App.Notef] for a note on the machine, which says the same in every run: this
// user has read it once, unless there is no cache directory in which to remember that.
func (a *App) NoteOnce(format string, args ...any) {
	if a.Quiet {
		return
	}
	text := fmt.Sprintf(format, args...)
	if cache, err := os.UserCacheDir(); err == nil {
		dir := filepath.Join(cache, "govae", "noted")
		path := filepath.Join(dir, fmt.Sprintf("%x", sha256.Sum256([]byte(text)))[:16])
		if _, err := os.Stat(path); err == nil {
			return
		}
		if os.MkdirAll(dir, 0o755) == nil {
			os.WriteFile(path, []byte(text+"\n"), 0o644) // or it is said again
		}
	}
	a.Notef("%s", text)
}
