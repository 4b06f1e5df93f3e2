package infer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"

	"govae/engine"
	"govae/onnx"
)

// Session is a decoder or an encoder ready to run. Many goroutines may use it at
// once; Close it when none does.
type Session struct {
	Contract
	// Model is the file's content, for its metadata. Do not change it.
	Model *onnx.Model

	name    string // in errors
	digest  [sha256.Size]byte
	engine  *engine.Engine
	threads int
	program *engine.Program
}

// Options choose how models are run. The zero value is right for most programs.
type Options struct {
	// Engine chooses the engine.
	Engine engine.Options
	// Layout says how a file has its images: "nchw" or "nhwc" (channels last). If it
	// is empty the file tells, by its metadata or by where it has the 1 or 3 channels.
	Layout string
	// Threads is the number of chunks that run at once; 0 means GOMAXPROCS.
	Threads int
}

// Open reads the ONNX file at path, and weights that it keeps in other files of
// its folder. Errors name the file, what is wrong with it and what to do.
func Open(path string, o Options) (*Session, error) {
	data, err := readModel(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m, err := onnx.Unmarshal(data)
	if errors.Is(err, onnx.ErrExternal) {
		if m, err = onnx.ReadFile(path); err != nil {
			return nil, err
		}
		data, err = m.Marshal() // as one file, so that no engine looks for others
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return open(path, m, data, o)
}

// OpenBytes is [Open] for a file that is in memory already, as by go:embed. It
// does not keep data.
func OpenBytes(data []byte, o Options) (*Session, error) {
	m, err := onnx.Unmarshal(data)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return open("model", m, data, o)
}

func open(name string, m *onnx.Model, data []byte, o Options) (*Session, error) {
	if err := m.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	contract, err := ReadContract(m, o.Layout)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	e, err := engine.New(o.Engine)
	if err != nil {
		return nil, err
	}
	program, err := e.Load(m)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	threads := o.Threads
	if threads < 1 {
		threads = runtime.GOMAXPROCS(0)
	}
	return &Session{Contract: contract, Model: m, name: name, digest: sha256.Sum256(data), engine: e, threads: threads, program: program}, nil
}

// maxModel is the largest size of a model file in bytes, the standard's own limit.
const maxModel = 2 << 30

// readModel reads a file whose size is that of a model.
func readModel(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s; write it with vae-export", fileProblem(err))
	case info.Mode()&fs.ModeType != 0:
		return nil, fmt.Errorf("not a file; give an ONNX file as vae-export writes it")
	case info.Size() > maxModel:
		return nil, fmt.Errorf("%d bytes, more than the %d of an ONNX file", info.Size(), maxModel)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s", fileProblem(err))
	}
	return data, nil
}

// Fingerprint returns the SHA-256 of the file in hexadecimal digits. Unlike the model
// id it tells precisions of one model apart.
func (s *Session) Fingerprint() string { return hex.EncodeToString(s.digest[:]) }

// Engine returns the name and version of the engine that runs the session.
func (s *Session) Engine() string { return s.engine.Name() }

// Note is the engine's [engine.Engine.Note].
func (s *Session) Note() error { return s.engine.Note() }

// Close releases the model. The session cannot be used afterwards.
func (s *Session) Close() error { return s.program.Close() }

// want returns an error unless the session has the role a task needs.
func (s *Session) want(r Role) error {
	if s.Role != r {
		return fmt.Errorf("%s: holds the %v where the %v is needed", s.name, s.Role, r)
	}
	return nil
}
