package dataset

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"govae/images"
)

// imageFolder is a folder of PNG, JPEG and GIF files of one size. If its subfolders
// hold the images, they are the classes. If there is a folder train, it and the
// folder test are the splits (the habit of torchvision's ImageFolder), each with
// images or with class folders. All other files and hidden ones are ignored.
type imageFolder struct {
	path string
	Options
}

// imageFile is an image to be read. Its class is empty if it lies loose.
type imageFile struct{ path, class string }

func (s imageFolder) Load(ctx context.Context) (*Data, error) {
	train, test, err := s.splits()
	if err != nil {
		return nil, err
	}
	var classes []string
	if train[0].class != "" {
		for _, f := range train {
			classes = append(classes, f.class)
		}
		classes = slices.Compact(classes) // they come in order
	}
	all, err := s.readImageFiles(ctx, slices.Concat(train, test))
	if err != nil {
		return nil, err
	}
	for i, name := range all.Names {
		all.Names[i] = filepath.ToSlash(strings.TrimPrefix(name, filepath.Clean(s.path)+string(filepath.Separator)))
	}
	n := len(train)
	trainImages, testImages := all.Slice(0, n), (*Images)(nil)
	if trainImages.Labels, err = labels(train, classes); err != nil {
		return nil, err
	}
	if len(test) > 0 {
		testImages = all.Slice(n, all.Len())
		if testImages.Labels, err = labels(test, classes); err != nil {
			return nil, err
		}
	}
	return newData(ctx, s.path, trainImages, testImages, classes, s.Options)
}

// splits lists the images of both splits. There is at least one training image;
// test is nil if the folder has none.
func (s imageFolder) splits() (train, test []imageFile, err error) {
	images, folders, err := list(s.path)
	if err != nil {
		return nil, nil, err
	}
	if !slices.Contains(folders, "train") {
		train, err = findImages(s.path)
		return train, nil, err
	}
	for _, name := range slices.Concat(folders, images) {
		if name != "train" && name != "test" {
			return nil, nil, fmt.Errorf("%s: holds %s beside train, where only train and test are read: move it elsewhere", s.path, name)
		}
	}
	if train, err = findImages(filepath.Join(s.path, "train")); err == nil && slices.Contains(folders, "test") {
		test, err = findImages(filepath.Join(s.path, "test"))
	}
	return train, test, err
}

// findImages lists the images of a folder, loose or in class folders, in the order
// of their names. There is at least one.
func findImages(path string) (files []imageFile, err error) {
	images, folders, err := list(path)
	if err != nil {
		return nil, err
	}
	for _, name := range images {
		files = append(files, imageFile{path: filepath.Join(path, name)})
	}
	for _, class := range folders {
		folder := filepath.Join(path, class)
		inside, _, err := list(folder)
		if err != nil {
			return nil, err
		}
		if len(images) > 0 && len(inside) > 0 {
			return nil, fmt.Errorf("%s: holds images, such as %s, and also a class folder %s: put all images in class folders, or none", path, images[0], class)
		}
		for _, name := range inside {
			files = append(files, imageFile{filepath.Join(folder, name), class})
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no images: put .png, .jpg or .gif files in it or in class folders, or IDX files such as train-images-idx3-ubyte", path)
	}
	return files, nil
}

// list returns the names of the image files and of the folders in a folder, in order.
func list(path string) (files, folders []string, err error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		name := e.Name()
		isFolder := e.IsDir()
		if e.Type()&fs.ModeSymlink != 0 {
			info, err := os.Stat(filepath.Join(path, name))
			isFolder = err == nil && info.IsDir()
		}
		switch {
		case strings.HasPrefix(name, "."):
		case isFolder:
			folders = append(folders, name)
		case images.IsFile(name):
			files = append(files, name)
		}
	}
	return files, folders, nil
}

// labels returns the place of each file's class in classes, or nil if the files
// have none.
func labels(files []imageFile, classes []string) ([]int, error) {
	if files[0].class == "" {
		return nil, nil
	}
	labels := make([]int, len(files))
	for i, f := range files {
		if labels[i] = slices.Index(classes, f.class); labels[i] < 0 {
			return nil, fmt.Errorf("%s: no training images of class %s: add a folder of that name there", f.path, f.class)
		}
	}
	return labels, nil
}
