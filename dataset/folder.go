package dataset

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg" // lets image.Decode read JPEG
	_ "image/png"  // and PNG
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// imageFolder is a folder of PNG and JPEG files of one size. If its subfolders
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
	all, err := readImageFiles(ctx, slices.Concat(train, test))
	if err != nil {
		return nil, err
	}
	n := len(train)
	trainImages, testImages := all.slice(0, n), (*Images)(nil)
	if trainImages.Labels, err = labels(train, classes); err != nil {
		return nil, err
	}
	if len(test) > 0 {
		testImages = all.slice(n, all.Len())
		if testImages.Labels, err = labels(test, classes); err != nil {
			return nil, err
		}
	}
	return newData(s.path, trainImages, testImages, classes, s.Options)
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
		return nil, fmt.Errorf("%s: no images: put .png or .jpg files in it or in class folders, or IDX files such as train-images-idx3-ubyte", path)
	}
	return files, nil
}

// list returns the names of the images and of the folders in a folder, in order.
func list(path string) (images, folders []string, err error) {
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
		ext := strings.ToLower(filepath.Ext(name))
		switch {
		case strings.HasPrefix(name, "."):
		case isFolder:
			folders = append(folders, name)
		case ext == ".png" || ext == ".jpg" || ext == ".jpeg":
			images = append(images, name)
		}
	}
	return images, folders, nil
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

// maxImagePixels is the largest area of an image. Far larger ones could not be
// trained on, and a damaged header shall not cost gigabytes.
const maxImagePixels = 1 << 22

// readImageFiles reads images of one size. They are gray if every file has a gray
// colour model, else all have three channels. No pixel is decoded before all sizes
// are known to agree.
func readImageFiles(ctx context.Context, files []imageFile) (*Images, error) {
	configs := make([]image.Config, len(files))
	err := parallel(ctx, len(files), func(i int) (err error) {
		configs[i], err = readFile(ctx, files[i].path, decodeConfig)
		return err
	})
	if err != nil {
		return nil, err
	}
	m := &Images{Shape: Shape{configs[0].Height, configs[0].Width, 1}}
	for i, c := range configs {
		if c.Width != m.W || c.Height != m.H {
			return nil, fmt.Errorf("%s: is %dx%d (height x width), but %s is %dx%d: make all images one size", files[i].path, c.Height, c.Width, files[0].path, m.H, m.W)
		}
		if c.ColorModel != color.GrayModel && c.ColorModel != color.Gray16Model {
			m.C = 3
		}
	}
	if m.H < 1 || m.W < 1 || m.H > maxImagePixels/m.W {
		return nil, fmt.Errorf("%s: is %dx%d (height x width): scale the images to at most %d pixels", files[0].path, m.H, m.W, maxImagePixels)
	}
	m.Pixels = make([]byte, len(files)*m.Shape.Len())
	err = parallel(ctx, len(files), func(i int) error {
		decoded, err := readFile(ctx, files[i].path, decode)
		if err != nil {
			return err
		}
		if size := decoded.Bounds().Size(); size != image.Pt(m.W, m.H) {
			return fmt.Errorf("%s: changed while it was read: try again", files[i].path)
		}
		m.draw(i, decoded)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

func decodeConfig(r io.Reader) (image.Config, error) {
	c, _, err := image.DecodeConfig(r)
	return c, badImage(err)
}

func decode(r io.Reader) (image.Image, error) {
	m, _, err := image.Decode(r)
	return m, badImage(err)
}

func badImage(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("cannot be read as PNG or JPEG (%w): mend the file or move it away", err)
}

// draw sets image i, on black where src is transparent.
func (m *Images) draw(i int, src image.Image) {
	area := image.Rect(0, 0, m.W, m.H)
	if m.C == 1 {
		gray := &image.Gray{Pix: m.At(i), Stride: m.W, Rect: area}
		draw.Draw(gray, area, src, src.Bounds().Min, draw.Src)
		return
	}
	rgba := image.NewRGBA(area) // multiplied by alpha, which is what lies over black
	draw.Draw(rgba, area, src, src.Bounds().Min, draw.Src)
	x := m.At(i)
	for p := range m.H * m.W {
		copy(x[3*p:3*p+3], rgba.Pix[4*p:])
	}
}
