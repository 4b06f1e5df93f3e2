package dataset

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"govae/images"
	"govae/internal/infile"
	"govae/internal/photo"
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

// walker looks through a folder, and follows links.
type walker struct {
	path, root string          // of the folder, as given and without links
	links      map[string]link // the files that links have led to, by the paths that they have here
	left       *leftOut
}

// link is one on the way to a file.
type link struct {
	real  string // where it leads
	alone bool   // it leads to that file, not to a folder around it
}

// here resolves a path in the folder that has no links on the way.
func (w walker) here(path string) string {
	return filepath.Join(w.root, strings.TrimPrefix(path, w.path))
}

// walk looks through the folder at path. What is not an image's file is counted in left. Hidden
// files and what systems and archives leave behind do not count.
func walk(path string, left *leftOut) (w walker, t *tree, err error) {
	w = walker{path: filepath.Clean(path), links: map[string]link{}, left: left}
	if w.root, err = infile.Real(path); err != nil {
		return w, nil, err
	}
	t, err = w.grow(w.path, w.root, nil)
	return w, t, err
}

// grow looks through a folder, which is inside others and, without links, is at real.
func (w walker) grow(path, real string, inside []os.FileInfo) (*tree, error) {
	left := w.left
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	around := len(inside) > 0 && strings.HasPrefix(w.root+string(filepath.Separator), real+string(filepath.Separator))
	if around || slices.ContainsFunc(inside, func(outer os.FileInfo) bool { return os.SameFile(info, outer) }) {
		left.add(circles, "", 1)
		return &tree{}, nil
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
	byLink := real != w.here(path)
	for _, e := range entries {
		name := e.Name()
		if isLitter(name) {
			continue
		}
		path, real := filepath.Join(path, name), filepath.Join(real, name)
		mode := e.Type()
		if mode&fs.ModeSymlink != 0 {
			if info, err := os.Stat(path); err == nil { // else it is a file that cannot be read
				mode = info.Mode().Type()
			}
			if target, err := infile.Real(path); err == nil {
				real = target
			}
		}
		switch {
		case mode.IsDir() && len(inside) == maxNesting:
			left.add(tooDeep, "", 1)
		case mode.IsDir():
			d, err := w.grow(path, real, inside)
			if err != nil {
				return nil, err
			}
			if len(d.files)+len(d.folders) > 0 {
				t.folders = append(t.folders, d)
			}
		case mode&^fs.ModeSymlink != 0:
			left.add(irregular, "", 1)
		case images.IsFile(name) || vague(name) && isPicture(path):
			t.files = append(t.files, path)
			if real != w.here(path) {
				w.links[path] = link{real, !byLink}
			}
		case isUnread(name):
			left.add(notRead, ending(name), 1)
		default:
			left.add(notImages, ending(name), 1)
		}
	}
	return t, nil
}

// once leaves out files that were reached by a link and are in the folder, too: they would count
// twice, and might be both trained and tested on. But if links in other classes lead to all files
// of a class, the links are the sorted data, and the files are left out.
func (w walker) once(splits ...*[]imageFile) {
	if len(w.links) == 0 {
		return
	}
	sorted := map[string]string{} // the classes that links give to files
	for _, files := range splits {
		for _, f := range *files {
			if l := w.links[f.path]; l.alone {
				sorted[l.real] = f.class
			}
		}
	}
	seen := map[string]bool{} // files that stay
	for _, files := range splits {
		own := map[string]bool{} // classes that have files of their own
		for _, f := range *files {
			if class, ok := sorted[w.here(f.path)]; w.links[f.path].real == "" && (!ok || class == f.class) {
				own[f.class] = true
			}
		}
		*files = slices.DeleteFunc(*files, func(f imageFile) bool {
			plain := w.links[f.path].real == ""
			if plain && own[f.class] {
				seen[w.here(f.path)] = true
			}
			return plain && !own[f.class]
		})
	}
	for _, files := range splits {
		before := len(*files)
		*files = slices.DeleteFunc(*files, func(f imageFile) bool {
			real := w.links[f.path].real
			again := real != "" && seen[real]
			seen[real] = true
			return again
		})
		w.left.add(linked, "", before-len(*files))
	}
}

// isModel reports whether a folder was written by a training run: its pictures are no data.
func isModel(entries []fs.DirEntry) bool {
	found := 0
	for _, e := range entries {
		if name := e.Name(); name == "config.json" || name == "model.safetensors" {
			found++
		}
	}
	return found == 2
}

// vague reports whether a name does not say what a file is: it has no ending, or one with
// something behind it, as with pictures saved from the web ("a.jpg_large", "a.png?w=200").
func vague(name string) bool {
	e := ending(name)
	if i := strings.IndexAny(e, "_?!:;&-"); i > 0 {
		return images.IsFile("a" + e[:i])
	}
	return e == ""
}

// isPicture reports whether a file is a picture by its content.
func isPicture(path string) bool {
	f, err := infile.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	_, err = photo.ReadHeader(f)
	return err == nil
}

// isLitter reports whether a file is hidden or one that systems and archives leave behind.
func isLitter(name string) bool {
	switch strings.ToLower(name) {
	case "__macosx", "thumbs.db", "desktop.ini":
		return true
	}
	return strings.HasPrefix(name, ".")
}

// isUnread reports whether a file is a picture of a kind that this module cannot read.
func isUnread(name string) bool {
	switch ending(name) {
	case ".heic", ".heif", ".avif", ".jxl", ".jp2", ".svg", ".svgz", ".psd", ".raw", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".exr", ".hdr", ".tga", ".ico":
		return true
	}
	return false
}

func ending(name string) string { return strings.ToLower(filepath.Ext(name)) }
