package dataset

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// folderSplits are the images of a folder by split. All but those for training may be none.
// Unlabelled are images for training that have no class where others have one.
type folderSplits struct {
	train, unlabelled, validation, test []imageFile
	heldOut                             bool // test is none that was found for testing
}

// imageFile is an image to be read. Its class is empty if it lies loose, or is not known.
type imageFile struct{ path, class string }

// meaningless are words in the names of folders that tell nothing about what is in them.
var meaningless = []string{"images", "imgs", "set", "data", "split"}

// splitName returns the split that a folder's name means, or none: train, train_images and
// training-set are the same.
func splitName(name string) string {
	split := ""
	for word := range strings.FieldsFuncSeq(strings.ToLower(name), func(r rune) bool { return r == '_' || r == '-' || r == ' ' }) {
		if slices.Contains(meaningless, word) {
			continue
		}
		if split != "" {
			return ""
		}
		switch strings.TrimSuffix(word, "set") {
		case "train", "training":
			split = "train"
		case "test", "testing":
			split = "test"
		case "val", "valid", "validation":
			split = "validation"
		default:
			return ""
		}
	}
	return split
}

// nameSplits gives the folders of t the names of splits that they have within longer ones, such as seg_train and
// seg_test, or train2017 and val2017: each has one, they differ, and what is around them does not. A folder in a
// folder of the same name, as archives have them, means nothing there.
func (t *tree) nameSplits() {
	names := make(map[string]*tree)
	around := ""
	for _, d := range t.folders {
		if isUnlabelled(d.name) {
			continue
		}
		split, rest := splitWithin(d.name)
		if split == "" || names[split] != nil || len(names) > 0 && rest != around {
			return
		}
		names[split], around = d, rest
	}
	if len(names) < 2 || names["train"] == nil {
		return
	}
	for split, d := range names {
		if len(d.files) == 0 && len(d.folders) == 1 && d.folders[0].name == d.name {
			*d = *d.folders[0]
		}
		d.name = split
	}
}

// splitWithin returns the split that one word of a folder's name means, and the name without it; none if no word or
// several do.
func splitWithin(name string) (split, rest string) {
	for _, word := range wordsOf.FindAllString(strings.ToLower(name), -1) {
		s := splitName(word)
		if s != "" && split != "" {
			return "", ""
		}
		if split = cmp.Or(split, s); s == "" {
			rest += word
		}
	}
	return split, rest
}

// wordsOf finds letters, and what is between them.
var wordsOf = regexp.MustCompile(`\pL+|\PL+`)

// isUnlabelled reports whether a folder is called as one of images whose class nobody has told.
func isUnlabelled(name string) bool {
	name = strings.ToLower(name)
	return name == "unlabelled" || name == "unlabeled"
}

// splitFolder tells splits and classes apart. Splits are the folders train, test and
// validation (and the like) at the top, with class folders or not, or in each class
// folder. The class of an image is the first folder below that, unless that is called
// unlabelled. A folder around all others means nothing.
func splitFolder(root *tree, left *leftOut) (s folderSplits) {
	for len(root.files) == 0 && len(root.folders) == 1 && splitName(root.folders[0].name) == "" && len(root.folders[0].files) == 0 {
		root = root.folders[0]
	}
	root.nameSplits()
	inside := func(class *tree) bool { return class.split("train") != nil }
	if slices.ContainsFunc(root.folders, inside) && !slices.ContainsFunc(root.folders, func(class *tree) bool { return !inside(class) && !isUnlabelled(class.name) }) {
		for _, class := range root.folders {
			if isUnlabelled(class.name) {
				s.unlabelled = append(s.unlabelled, inClass("", class.all())...)
				continue
			}
			for _, d := range class.folders {
				s.add(splitName(d.name), labelled{inClass(class.name, d.all()), nil}, left)
			}
			left.add(besideTrain, class.name, len(class.files))
		}
		left.add(besideClass, "", len(root.files))
		return s
	}
	hasTrain := root.split("train") != nil && !root.trainIsClass()
	rest := &tree{files: root.files}
	for _, d := range root.folders {
		if split := splitName(d.name); split != "" && (hasTrain || root.isSplit(d)) {
			s.add(split, d.classes(left), left)
		} else {
			rest.folders = append(rest.folders, d)
		}
	}
	if !hasTrain {
		s.add("train", rest.classes(left), left)
		return s
	}
	left.add(besideTrain, "", len(rest.files))
	for _, d := range rest.folders {
		if isUnlabelled(d.name) {
			s.unlabelled = append(s.unlabelled, inClass("", d.all())...)
		} else {
			left.add(besideTrain, d.name, len(d.all()))
		}
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

// trainIsClass tells whether the folder train of t is one class of several, as buses and cars are:
// there is no other split, and three folders or more beside it hold images and no folders, as it does.
func (t *tree) trainIsClass() bool {
	beside := 0
	for _, d := range t.folders {
		split := splitName(d.name)
		if split != "" && split != "train" || isUnlabelled(d.name) || len(d.folders) > 0 {
			return false
		}
		if split == "" {
			beside++
		}
	}
	return beside >= 3
}

// CheckClassFolders returns an error unless class folders of these names are read back as these classes, and
// not as splits.
func CheckClassFolders(names []string) error {
	t := &tree{}
	for _, name := range names {
		if err := checkClassFolder(name); err != nil {
			return err
		}
		t.folders = append(t.folders, &tree{name: name, files: []string{name}})
	}
	s := splitFolder(t, new(leftOut))
	if len(s.train) != len(names) || slices.ContainsFunc(s.train, func(f imageFile) bool { return f.class != f.path }) {
		return fmt.Errorf("class folders %.200q would be read as splits, or as images without a class: rename the classes, or write IDX files", names)
	}
	return nil
}

func checkClassFolder(name string) error {
	if name == "" || strings.ContainsAny(name, `/\`) || isLitter(name) {
		return fmt.Errorf("the class %.100q cannot be the name of a folder: rename it, or write IDX files", name)
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

// labelled are images, and those whose class is not known beside them.
type labelled struct{ files, unlabelled []imageFile }

// classes returns the images of a folder: those of its class folders, or loose ones
// where there are none. A folder images around them all is none.
func (t *tree) classes(left *leftOut) (l labelled) {
	for len(t.files) == 0 && len(t.folders) == 1 && slices.Contains(meaningless, strings.ToLower(t.folders[0].name)) {
		t = t.folders[0]
	}
	for _, d := range t.folders {
		if isUnlabelled(d.name) {
			l.unlabelled = append(l.unlabelled, inClass("", d.all())...)
		} else {
			l.files = append(l.files, inClass(d.name, d.all())...)
		}
	}
	if l.files == nil {
		return labelled{files: append(inClass("", t.files), l.unlabelled...)}
	}
	left.add(besideClass, "", len(t.files))
	return l
}

func inClass(class string, paths []string) []imageFile {
	files := make([]imageFile, len(paths))
	for i, path := range paths {
		files[i] = imageFile{path, class}
	}
	return files
}

// add adds images to a split. Only those for training may have no label.
func (s *folderSplits) add(split string, l labelled, left *leftOut) {
	unlabelled := len(l.unlabelled)
	switch split {
	case "train":
		s.train, s.unlabelled = append(s.train, l.files...), append(s.unlabelled, l.unlabelled...)
		unlabelled = 0
	case "test":
		s.test = append(s.test, l.files...)
	case "validation":
		s.validation = append(s.validation, l.files...)
	default:
		left.add(besideTrain, "", len(l.files))
	}
	left.add(noLabel, "", unlabelled)
}
