package dataset

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"govae/internal/atomicfile"
	"govae/internal/idx"
)

// newMNIST returns the source "mnist": the images of Y. LeCun, C. Cortes and
// C. Burges, 60,000 for training and 10,000 for testing.
func newMNIST(o Options) (Source, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, fmt.Errorf("mnist: no place to keep the files: %w", err)
	}
	return archive{
		name: "mnist",
		mirrors: []string{
			"https://storage.googleapis.com/cvdf-datasets/mnist/",
			"https://ossci-datasets.s3.amazonaws.com/mnist/",
		},
		trainImages: archiveFile{"train-images-idx3-ubyte.gz", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
		trainLabels: archiveFile{"train-labels-idx1-ubyte.gz", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
		testImages:  archiveFile{"t10k-images-idx3-ubyte.gz", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
		testLabels:  archiveFile{"t10k-labels-idx1-ubyte.gz", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
		cache:       filepath.Join(cache, "govae", "mnist"),
		Options:     o,
	}, nil
}

// archive is a data set of four IDX files that are fetched from the network once.
type archive struct {
	name    string
	mirrors []string // URLs of folders, in the order in which they are tried

	trainImages, trainLabels, testImages, testLabels archiveFile

	cache string // the folder where the files are kept
	Options
}

// archiveFile is a file of an archive. Mirrors compress files anew, so the sum is
// that of what the file holds uncompressed.
type archiveFile struct{ name, sha256 string }

// maxDownload limits what a server can make us keep in memory; MNIST's largest
// file has 10 MB.
const maxDownload = 1 << 27

func (a archive) Load(ctx context.Context) (*Data, error) {
	train, err := a.split(ctx, a.trainImages, a.trainLabels)
	if err != nil {
		return nil, err
	}
	test, err := a.split(ctx, a.testImages, a.testLabels)
	if err != nil {
		return nil, err
	}
	return newIDXData(ctx, a.name, train, test, a.Options)
}

func (a archive) split(ctx context.Context, images, labels archiveFile) (*Images, error) {
	m, err := fetch(ctx, a, images, idx.ReadImages)
	if err != nil {
		return nil, err
	}
	if m.Labels, err = fetch(ctx, a, labels, idx.ReadLabels); err != nil {
		return nil, err
	}
	return m, nil // the sums vouch that they belong together
}

// fetch reads a file of the archive from the cache. If it is missing or damaged
// there, fetch downloads it from the first mirror that has it whole.
func fetch[T any](ctx context.Context, a archive, f archiveFile, read func(io.Reader) (T, error)) (T, error) {
	var none T
	read = verified(f.sha256, read)
	path := filepath.Join(a.cache, f.name)
	result, err := readFile(ctx, path, read)
	if err == nil || ctx.Err() != nil {
		return result, err
	}
	var failures []string
	for _, mirror := range a.mirrors {
		data, err := a.download(ctx, mirror+f.name)
		if ctx.Err() != nil {
			return none, ctx.Err()
		}
		if err == nil {
			result, err = read(bytes.NewReader(data))
		}
		if err != nil {
			failures = append(failures, fmt.Sprintf("%s: %v", mirror, err))
			continue
		}
		if err := os.MkdirAll(a.cache, 0o755); err != nil {
			return none, fmt.Errorf("%s: %w", a.name, err)
		}
		if err := atomicfile.WriteBytes(path, data); err != nil {
			return none, fmt.Errorf("%s: %w", a.name, err)
		}
		return result, nil
	}
	return none, &DownloadError{a.name, f.name, failures}
}

// download returns what a URL holds.
func (a archive) download(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	client := http.Client{Timeout: 10 * time.Minute}
	response, err := client.Do(request)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // the address is named by the caller
		}
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, errors.New(response.Status)
	}
	body := &progressReader{r: response.Body, total: response.ContentLength, report: a.Progress}
	return io.ReadAll(io.LimitReader(body, maxDownload))
}

// progressReader reports what has been read from r so far.
type progressReader struct {
	r           io.Reader
	done, total int64
	report      func(done, total int64) // may be nil
}

func (p *progressReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.done += int64(n)
	if p.report != nil {
		p.report(p.done, p.total)
	}
	return n, err
}

// verified extends a function that reads a file to its end: it fails if the SHA-256
// of the file, decompressed, is not sum.
func verified[T any](sum string, read func(io.Reader) (T, error)) func(io.Reader) (T, error) {
	return func(r io.Reader) (T, error) {
		var none T
		r, err := idx.Decompress(r)
		if err != nil {
			return none, err
		}
		h := sha256.New()
		result, err := read(io.TeeReader(r, h))
		if err != nil {
			return none, err
		}
		if got := fmt.Sprintf("%x", h.Sum(nil)); got != sum {
			return none, fmt.Errorf("the SHA-256 of its content is %s, want %s", got, sum)
		}
		return result, nil
	}
}
