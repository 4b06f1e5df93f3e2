package safetensors

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrChanged says that a file is no longer as this package wrote it.
var ErrChanged = errors.New("the data does not match its SHA-256: the file is damaged")

// sum is the metadata entry with the [File.Digest] of all else.
const sum = "sha256"

// Seal adds to the metadata a digest of all that the file holds, by which [LoadSealed]
// detects any change of it.
func (f *File) Seal() (err error) {
	if f.Metadata == nil {
		f.Metadata = map[string]string{}
	}
	f.Metadata[sum], err = f.Digest(sum)
	return err
}

// LoadSealed is [Load] for a file that was sealed. It detects a change of any byte, even of
// one that does not matter, such as a space in the header: then the error wraps
// [ErrChanged], or is one of Load's.
func LoadSealed(path string) (*File, error) {
	f, err := Load(path)
	if err != nil {
		return nil, err
	}
	digest, err := f.Digest(sum)
	if err != nil {
		return nil, err
	}
	changed := digest != f.Metadata[sum]
	if !changed {
		// The same content always gives the same bytes.
		written := sha256.New()
		if err := f.Write(written); err != nil {
			return nil, err
		}
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		found := sha256.New()
		if _, err := io.Copy(found, file); err != nil {
			return nil, err
		}
		changed = !bytes.Equal(written.Sum(nil), found.Sum(nil))
	}
	if changed {
		return nil, fmt.Errorf("%s: %w", path, ErrChanged)
	}
	return f, nil
}
