package dataset

import (
	"context"
	"io"

	"govae/internal/idx"
)

// archive is a data set of four IDX files that are fetched from the network once.
type archive struct {
	name, about string
	mirrors     []string // URLs of folders, in the order in which they are tried

	trainImages, trainLabels, testImages, testLabels remoteFile

	classes []string // nil: called by their numbers

	cache string // the folder where the files are kept
	Options
}

func (a archive) Load(ctx context.Context) (*Data, error) {
	train, err := a.split(ctx, a.trainImages, a.trainLabels)
	if err != nil {
		return nil, err
	}
	test, err := a.split(ctx, a.testImages, a.testLabels)
	if err != nil {
		return nil, err
	}
	classes := a.classes
	if classes == nil {
		classes = numberedClasses(splits{train: train, test: test})
	}
	return newData(ctx, a.name, splits{train: train, test: test}, classes, a.Options)
}

func (a archive) split(ctx context.Context, images, labels remoteFile) (*Images, error) {
	m, err := get(ctx, a, images, idx.ReadImages)
	if err != nil {
		return nil, err
	}
	if m.Labels, err = get(ctx, a, labels, idx.ReadLabels); err != nil {
		return nil, err
	}
	return m, nil // the sums vouch that they belong together
}

// get reads a file of the archive, which it fetches if need be.
func get[T any](ctx context.Context, a archive, f remoteFile, read func(io.Reader) (T, error)) (result T, err error) {
	d := download{remoteFile: f, source: a.name, mirrors: a.mirrors, folder: a.cache, progress: a.Progress, stall: stall}
	d.use = func(r io.Reader) (err error) {
		result, err = read(r)
		return err
	}
	err = d.fetch(ctx)
	return result, err
}
