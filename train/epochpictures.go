package train

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// EpochsFolder is the folder of a model directory with the pictures of each epoch
// ([Options].EpochPictures), such as 0003-samples.png.
const EpochsFolder = "epochs"

// epochPath returns the path, within a model directory, of an epoch's picture. name is that of the
// picture of the whole run: [ReconstructionsPicture] or [SamplesPicture].
func epochPath(epoch int, name string) string {
	return filepath.Join(EpochsFolder, fmt.Sprintf("%04d-%s", epoch, name))
}

var epochPicture = regexp.MustCompile(`^\d{4,}-(` + regexp.QuoteMeta(SamplesPicture) + `|` + regexp.QuoteMeta(ReconstructionsPicture) + `)$`)

// IsEpochPicture reports whether a file in [EpochsFolder] is a picture of an epoch by its name.
func IsEpochPicture(name string) bool { return epochPicture.MatchString(name) }

// epochPictures writes the pictures of the averaged weights, which are those in place.
func (r *run) epochPictures(ctx context.Context, epoch int) error {
	if !r.EpochPictures || r.Dir == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(r.Dir, EpochsFolder), 0o755); err != nil {
		return err
	}
	if err := r.writeReconstructions(r.evaluator(), filepath.Join(r.Dir, epochPath(epoch, ReconstructionsPicture))); err != nil {
		return err
	}
	prior, err := r.roughPrior(ctx)
	if err != nil {
		return err
	}
	return r.writeSamples(r.evaluator(), prior, filepath.Join(r.Dir, epochPath(epoch, SamplesPicture)))
}

// removeEpochPictures deletes the pictures that an earlier run has left, and no other files.
func removeEpochPictures(dir string) error {
	folder := filepath.Join(dir, EpochsFolder)
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if IsEpochPicture(e.Name()) {
			if err := os.Remove(filepath.Join(folder, e.Name())); err != nil {
				return err
			}
		}
	}
	_ = os.Remove(folder) // unless somebody else has files there
	return nil
}
