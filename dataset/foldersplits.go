package dataset

import (
	"slices"
	"strings"
)

// folderSplits are the images of a folder by split. Those of test and validation may be
// none.
type folderSplits struct{ train, validation, test []imageFile }

// imageFile is an image to be read. Its class is empty if it lies loose.
type imageFile struct{ path, class string }

// splitName returns the split that a folder's name means, or none.
func splitName(name string) string {
	switch strings.ToLower(name) {
	case "train", "training":
		return "train"
	case "test", "testing":
		return "test"
	case "val", "valid", "validation":
		return "validation"
	}
	return ""
}

// splitFolder tells splits and classes apart. Splits are the folders train, test and
// validation (and the like) at the top, with class folders or not, or in each class
// folder. The class of an image is the first folder below that. A folder around all others
// means nothing.
func splitFolder(root *tree, left *leftOut) (s folderSplits) {
	for len(root.files) == 0 && len(root.folders) == 1 && splitName(root.folders[0].name) == "" && len(root.folders[0].files) == 0 {
		root = root.folders[0]
	}
	if len(root.folders) > 0 && !slices.ContainsFunc(root.folders, func(class *tree) bool { return class.split("train") == nil }) {
		for _, class := range root.folders {
			for _, d := range class.folders {
				s.add(splitName(d.name), inClass(class.name, d.all()), left)
			}
			left.add(besideTrain, class.name, len(class.files))
		}
		left.add(besideClass, "", len(root.files))
		return s
	}
	hasTrain := root.split("train") != nil
	rest := &tree{files: root.files}
	for _, d := range root.folders {
		if split := splitName(d.name); split != "" && (hasTrain || root.isSplit(d)) {
			s.add(split, d.classes(left), left)
		} else {
			rest.folders = append(rest.folders, d)
		}
	}
	if !hasTrain {
		s.train = rest.classes(left)
		return s
	}
	left.add(besideTrain, "", len(rest.files))
	for _, d := range rest.folders {
		left.add(besideTrain, d.name, len(d.all()))
	}
	return s
}

// split returns the folder in t that is a split.
func (t *tree) split(name string) *tree {
	for _, d := range t.folders {
		if splitName(d.name) == name {
			return d
		}
	}
	return nil
}

// isSplit tells whether a folder of t that is called like a split is one where there is
// no train: nothing but splits is beside it, or all of its class folders are.
func (t *tree) isSplit(d *tree) bool {
	if !slices.ContainsFunc(t.folders, func(beside *tree) bool { return splitName(beside.name) == "" }) {
		return true
	}
	for _, class := range d.folders {
		if !slices.ContainsFunc(t.folders, func(beside *tree) bool { return beside.name == class.name }) {
			return false
		}
	}
	return len(d.folders) > 0
}

// classes returns the images of a folder: those of its class folders, or loose ones
// where there are none.
func (t *tree) classes(left *leftOut) (files []imageFile) {
	if len(t.folders) == 0 {
		return inClass("", t.files)
	}
	left.add(besideClass, "", len(t.files))
	for _, d := range t.folders {
		files = append(files, inClass(d.name, d.all())...)
	}
	return files
}

func inClass(class string, paths []string) []imageFile {
	files := make([]imageFile, len(paths))
	for i, path := range paths {
		files[i] = imageFile{path, class}
	}
	return files
}

// add adds images to a split.
func (s *folderSplits) add(split string, files []imageFile, left *leftOut) {
	switch split {
	case "train":
		s.train = append(s.train, files...)
	case "test":
		s.test = append(s.test, files...)
	case "validation":
		s.validation = append(s.validation, files...)
	default:
		left.add(besideTrain, "", len(files))
	}
}
