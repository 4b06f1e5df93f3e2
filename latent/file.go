package latent

import (
	"fmt"
	"io"
	"os"

	"govae/internal/fileerr"
)

// readParsed reads a file of at most limit bytes by parse. Errors name the file.
func readParsed[T any](path string, limit int64, parse func([]byte) (T, error)) (value T, err error) {
	f, err := os.Open(path)
	if err != nil {
		return value, fileerr.New(path, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return value, fileerr.New(path, err)
	case int64(len(data)) > limit:
		return value, fmt.Errorf("%s: more than the %d bytes of such a file", path, limit)
	}
	if value, err = parse(data); err != nil {
		return value, fmt.Errorf("%s: %w", path, err)
	}
	return value, nil
}
