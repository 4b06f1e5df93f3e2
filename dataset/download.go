package dataset

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"govae/internal/atomicfile"
	"govae/internal/idx"
	"govae/internal/lock"
)

// remoteFile is a file that mirrors have copies of. The SHA-256 is that of the file, or of
// what it holds uncompressed; the size is that of the file as mirrors have it.
type remoteFile struct {
	name   string
	size   int64
	sha256 string
}

// stall is how long a mirror may send nothing.
const stall = 30 * time.Second

// tries is how often one mirror is asked to go on with a file that was cut off.
const tries = 5

// download brings a file from the network into a folder, once. What has arrived lies in a
// .part beside it, with which any mirror goes on, in this run or the next: the sum vouches
// for the whole, so that nothing need be known of whose parts they are.
type download struct {
	remoteFile
	source   string                  // of which it is a file, for errors
	mirrors  []string                // URLs of folders
	folder   string                  // where it is kept
	progress func(done, total int64) // may be nil
	stall    time.Duration
	use      func(io.Reader) error // reads what the file holds, uncompressed; perhaps more than once
}

func (d download) path() string { return filepath.Join(d.folder, d.name) }
func (d download) part() string { return d.path() + ".part" }

// fetch lets use read the file. If it is missing in the folder or damaged, it is downloaded
// from the first mirror that has it whole.
func (d download) fetch(ctx context.Context) error {
	if err := d.read(ctx, d.path()); err == nil || ctx.Err() != nil {
		return err
	}
	if err := os.MkdirAll(d.folder, 0o755); err != nil {
		return fmt.Errorf("%s: %w", d.source, err)
	}
	release, err := lock.Wait(ctx, d.path(), func() { d.report(d.have()) }) // how far the other process is
	switch {
	case err != nil && ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("%s: %w", d.source, err)
	}
	defer release()
	if err := d.read(ctx, d.path()); err == nil || ctx.Err() != nil {
		return err // another process has fetched it while this one waited
	}
	var failures []string
	for _, mirror := range d.mirrors {
		err := d.from(ctx, mirror+d.name)
		_, ours := errors.AsType[*diskError](err)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case ours:
			return fmt.Errorf("%s: %w", d.source, err)
		case err != nil:
			failures = append(failures, fmt.Sprintf("%s: %v", mirror, err))
			continue
		}
		if err := atomicfile.Replace(d.part(), d.path()); err != nil {
			return fmt.Errorf("%s: %w", d.source, err)
		}
		return nil
	}
	return &DownloadError{d.source, d.name, failures}
}

// from completes the part with what a URL holds, and lets use read it.
func (d download) from(ctx context.Context, address string) error {
	mixed := d.have() > 0 // with bytes of another mirror or run
	if err := d.complete(ctx, address); err != nil {
		return err
	}
	err := d.read(ctx, d.part())
	if err == nil || ctx.Err() != nil {
		return err
	}
	// Nobody can tell which byte is wrong, so nothing of it is kept.
	if err := os.Remove(d.part()); err != nil {
		return &diskError{err}
	}
	if mixed {
		return d.from(ctx, address)
	}
	return err
}

// complete asks a URL for what the part lacks until it has it all, as long as more arrives.
func (d download) complete(ctx context.Context, address string) (err error) {
	for range tries {
		have := d.have()
		if err = d.more(ctx, address, have); err == nil {
			return nil
		}
		if _, ours := errors.AsType[*diskError](err); ours || ctx.Err() != nil || d.have() <= have {
			return err
		}
	}
	return err
}

// have is the number of bytes in the part that can be gone on with.
func (d download) have() int64 {
	info, err := os.Stat(d.part())
	if err != nil || info.Size() > d.size {
		return 0
	}
	return info.Size()
}

// more asks a mirror for the bytes that the part lacks, and adds them. An error may leave
// some of them there.
func (d download) more(ctx context.Context, address string, have int64) error {
	if have == d.size {
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(d.stall, func() { cancel(fmt.Errorf("it sent nothing for %v", d.stall)) })
	defer silence.Stop()
	response, err := d.ask(ctx, address, have)
	if err != nil {
		return stalled(ctx, err)
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusOK:
		have = 0 // it sends the file from its beginning
	case response.StatusCode != http.StatusPartialContent || have == 0:
		return errors.New(response.Status)
	case !strings.HasPrefix(response.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)):
		return fmt.Errorf("it sends %q, where bytes from %d on were asked for", response.Header.Get("Content-Range"), have)
	}
	if n := response.ContentLength; n >= 0 && n != d.size-have {
		return fmt.Errorf("it sends %d bytes, where %d were asked for: perhaps a page of a network that wants a login", n, d.size-have)
	}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") {
		return errors.New("it sends a page in place of the file: perhaps of a network that wants a login")
	}
	return d.save(ctx, response.Body, have, silence)
}

// ask sends a request for the bytes from some on.
func (d download) ask(ctx context.Context, address string, have int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	// Otherwise the client may ask for compression, and unpack what is a compressed file.
	request.Header.Set("Accept-Encoding", "identity")
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	response, err := http.DefaultClient.Do(request) // by a proxy, if the environment names one
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // the address is named by the caller
	}
	return response, err
}

// save writes a body to the part, after the bytes to keep there.
func (d download) save(ctx context.Context, body io.Reader, keep int64, silence *time.Timer) (err error) {
	part, err := os.OpenFile(d.part(), os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return &diskError{err}
	}
	defer func() {
		if e := part.Close(); e != nil && err == nil {
			err = &diskError{e}
		}
	}()
	if err := part.Truncate(keep); err != nil {
		return &diskError{err}
	}
	if _, err := part.Seek(keep, io.SeekStart); err != nil {
		return &diskError{err}
	}
	buffer := make([]byte, 1<<16)
	for done := keep; ; {
		n, err := body.Read(buffer)
		silence.Reset(d.stall)
		if n > 0 {
			if done+int64(n) > d.size { // it is another file: what it has sent so far is none of this one
				if err := part.Truncate(keep); err != nil {
					return &diskError{err}
				}
				return fmt.Errorf("it sends more than the %d bytes of the file", d.size)
			}
			if _, err := part.Write(buffer[:n]); err != nil {
				return &diskError{err}
			}
			done += int64(n)
			d.report(done)
		}
		switch {
		case err == io.EOF && done == d.size:
			if err := part.Sync(); err != nil {
				return &diskError{err}
			}
			return nil
		case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
			return fmt.Errorf("it ended after %d of %d bytes", done, d.size)
		case err != nil:
			return stalled(ctx, err)
		}
	}
}

func (d download) report(done int64) {
	if d.progress != nil {
		d.progress(done, d.size)
	}
}

// read lets use read a file, and fails if its sum is wrong.
func (d download) read(ctx context.Context, path string) error {
	_, err := readFile(ctx, path, func(r io.Reader) (none struct{}, err error) {
		packed, unpacked := sha256.New(), sha256.New()
		r = io.TeeReader(r, packed)
		content, err := idx.Decompress(r)
		if err != nil {
			return none, err
		}
		if err := d.use(io.TeeReader(content, unpacked)); err != nil {
			return none, err
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			return none, err
		}
		file, inside := fmt.Sprintf("%x", packed.Sum(nil)), fmt.Sprintf("%x", unpacked.Sum(nil))
		if file != d.sha256 && inside != d.sha256 {
			return none, fmt.Errorf("the SHA-256 of the file is %s and that of its content %s: want %s", file, inside, d.sha256)
		}
		return none, nil
	})
	return err
}

// stalled returns why a request was given up, or else its error.
func stalled(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// diskError says that the part could not be written, which no other mirror helps.
type diskError struct{ error }

func (e *diskError) Unwrap() error { return e.error }
