package dataset

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"govae/images"
)

// tree is a folder with the image files below it. Folders without any are left out.
type tree struct {
	name    string
	files   []string // paths, in the order of their names
	folders []*tree  // in the order of their names
}

// all returns the paths of all files, those of the folder first.
func (t *tree) all() []string {
	files := t.files[:len(t.files):len(t.files)]
	for _, d := range t.folders {
		files = append(files, d.all()...)
	}
	return files
}

// maxNesting bounds the depth of folders, which links could make endless.
const maxNesting = 24

// grow looks through a folder, which is inside others, and follows links. What is not an
// image's file is counted in left. Hidden files and what systems and archives leave behind
// do not count.
func grow(path string, inside []os.FileInfo, left *leftOut) (*tree, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	for _, outer := range inside {
		if os.SameFile(info, outer) {
			left.add(circles, "", 1)
			return &tree{}, nil
		}
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	t := &tree{name: filepath.Base(path)}
	if isModel(entries) {
		left.add(modelFolders, "", 1)
		return t, nil
	}
	inside = append(inside[:len(inside):len(inside)], info)
	for _, e := range entries {
		name := e.Name()
		if isLitter(name) {
			continue
		}
		path := filepath.Join(path, name)
		mode := e.Type()
		if mode&fs.ModeSymlink != 0 {
			if info, err := os.Stat(path); err == nil { // else it is a file that cannot be read
				mode = info.Mode().Type()
			}
		}
		switch {
		case mode.IsDir() && len(inside) == maxNesting:
			left.add(tooDeep, "", 1)
		case mode.IsDir():
			d, err := grow(path, inside, left)
			if err != nil {
				return nil, err
			}
			if len(d.files)+len(d.folders) > 0 {
				t.folders = append(t.folders, d)
			}
		case mode&^fs.ModeSymlink != 0:
			left.add(irregular, "", 1)
		case images.IsFile(name):
			t.files = append(t.files, path)
		case isUnread(name):
			left.add(notRead, ending(name), 1)
		default:
			left.add(notImages, ending(name), 1)
		}
	}
	return t, nil
}

// isModel tells whether a folder is one that a run wrote, whose pictures are no data.
func isModel(entries []fs.DirEntry) bool {
	found := 0
	for _, e := range entries {
		if name := e.Name(); name == "config.json" || name == "model.safetensors" {
			found++
		}
	}
	return found == 2
}

// isLitter tells whether a file is one that systems and archives leave behind, or hidden.
func isLitter(name string) bool {
	switch strings.ToLower(name) {
	case "__macosx", "thumbs.db", "desktop.ini":
		return true
	}
	return strings.HasPrefix(name, ".")
}

// isUnread tells whether a file is a picture of a kind that nobody here reads.
func isUnread(name string) bool {
	switch ending(name) {
	case ".heic", ".heif", ".avif", ".jxl", ".jp2", ".svg", ".psd", ".raw", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".exr", ".hdr", ".tga", ".ico":
		return true
	}
	return false
}

func ending(name string) string { return strings.ToLower(filepath.Ext(name)) }
