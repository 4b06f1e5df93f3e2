package infer

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"govae/engine"
	"govae/internal/infile"
	"govae/onnx"
)

// Open reads the ONNX file at path, and weights that it keeps in other files of its
// folder. The session is a [*Decoder], an [*Encoder], an [*Autoencoder], a [*Scorer] or a
// [*Classifier], as the file tells. Errors name the file, what is wrong with it and what to do;
// errors.Is(err, fs.ErrNotExist) tells that it is missing.
func Open(path string, o Options) (Session, error) { return fromFile(path).session(o) }

// OpenBytes is [Open] for a file that is in memory already, as by go:embed. It does not
// keep data.
func OpenBytes(data []byte, o Options) (Session, error) { return fromBytes(data).session(o) }

// New is [Open] for a model, which must not be changed afterwards.
func New(m *onnx.Model, o Options) (Session, error) { return fromModel(m).session(o) }

// OpenDecoder is [Open] for a decoder. Another file is a [*RoleError].
func OpenDecoder(path string, o Options) (*Decoder, error) {
	return opened[Decoder](fromFile(path), o, RoleDecoder)
}

// OpenDecoderBytes is [OpenBytes] for a decoder.
func OpenDecoderBytes(data []byte, o Options) (*Decoder, error) {
	return opened[Decoder](fromBytes(data), o, RoleDecoder)
}

// NewDecoder is [New] for a decoder, such as package export makes of a trained model.
func NewDecoder(m *onnx.Model, o Options) (*Decoder, error) {
	return opened[Decoder](fromModel(m), o, RoleDecoder)
}

// OpenEncoder is [Open] for an encoder. Another file is a [*RoleError].
func OpenEncoder(path string, o Options) (*Encoder, error) {
	return opened[Encoder](fromFile(path), o, RoleEncoder)
}

// OpenEncoderBytes is [OpenBytes] for an encoder.
func OpenEncoderBytes(data []byte, o Options) (*Encoder, error) {
	return opened[Encoder](fromBytes(data), o, RoleEncoder)
}

// NewEncoder is [New] for an encoder, such as package export makes of a trained model.
func NewEncoder(m *onnx.Model, o Options) (*Encoder, error) {
	return opened[Encoder](fromModel(m), o, RoleEncoder)
}

// OpenAutoencoder is [Open] for an autoencoder. Another file is a [*RoleError].
func OpenAutoencoder(path string, o Options) (*Autoencoder, error) {
	return opened[Autoencoder](fromFile(path), o, RoleAutoencoder)
}

// OpenAutoencoderBytes is [OpenBytes] for an autoencoder.
func OpenAutoencoderBytes(data []byte, o Options) (*Autoencoder, error) {
	return opened[Autoencoder](fromBytes(data), o, RoleAutoencoder)
}

// NewAutoencoder is [New] for an autoencoder.
func NewAutoencoder(m *onnx.Model, o Options) (*Autoencoder, error) {
	return opened[Autoencoder](fromModel(m), o, RoleAutoencoder)
}

// OpenScorer is [Open] for a scorer. Another file is a [*RoleError].
func OpenScorer(path string, o Options) (*Scorer, error) {
	return opened[Scorer](fromFile(path), o, RoleScorer)
}

// OpenScorerBytes is [OpenBytes] for a scorer.
func OpenScorerBytes(data []byte, o Options) (*Scorer, error) {
	return opened[Scorer](fromBytes(data), o, RoleScorer)
}

// NewScorer is [New] for a scorer, such as package export makes of a trained model.
func NewScorer(m *onnx.Model, o Options) (*Scorer, error) {
	return opened[Scorer](fromModel(m), o, RoleScorer)
}

// OpenClassifier is [Open] for a classifier. Another file is a [*RoleError].
func OpenClassifier(path string, o Options) (*Classifier, error) {
	return opened[Classifier](fromFile(path), o, RoleClassifier)
}

// OpenClassifierBytes is [OpenBytes] for a classifier.
func OpenClassifierBytes(data []byte, o Options) (*Classifier, error) {
	return opened[Classifier](fromBytes(data), o, RoleClassifier)
}

// NewClassifier is [New] for a classifier.
func NewClassifier(m *onnx.Model, o Options) (*Classifier, error) {
	return opened[Classifier](fromModel(m), o, RoleClassifier)
}

// source is a model on its way to a session, or what is wrong with it.
type source struct {
	name    string // in errors
	model   *onnx.Model
	data    []byte
	adapted []string // what was done to a file of another program
	err     error
}

func fromFile(path string) source {
	data, err := infile.Read(path, maxModel)
	if err != nil {
		return source{err: err}
	}
	m, err := onnx.Unmarshal(data)
	if errors.Is(err, onnx.ErrExternal) {
		if m, err = onnx.ReadFile(path); err != nil {
			return source{err: err}
		}
		data, err = m.Marshal() // as one file, so that no engine looks for others
	}
	return source{name: path, model: m, data: data}.because(err)
}

func fromBytes(data []byte) source {
	m, err := onnx.Unmarshal(data)
	return source{name: "model", model: m, data: data}.because(err)
}

func fromModel(m *onnx.Model) source {
	data, err := m.Marshal()
	return source{name: "model", model: m, data: data}.because(err)
}

// because adds the name to an error, if there is one.
func (s source) because(err error) source {
	if err != nil {
		s.err = fmt.Errorf("%s: %w", s.name, err)
	}
	return s
}

// session opens whatever the model is.
func (s source) session(o Options) (Session, error) {
	opened, err := s.open(o, RoleDecoder, RoleEncoder, RoleAutoencoder, RoleScorer, RoleClassifier)
	if err != nil {
		return nil, err
	}
	switch opened.contract.Role {
	case RoleEncoder:
		return &Encoder{opened}, nil
	case RoleAutoencoder:
		return &Autoencoder{opened}, nil
	case RoleScorer:
		return &Scorer{opened}, nil
	case RoleClassifier:
		return &Classifier{opened}, nil
	}
	return &Decoder{opened}, nil
}

// opened opens a model of one role, whose sessions are of the type S.
func opened[S Decoder | Encoder | Autoencoder | Scorer | Classifier](s source, o Options, role Role) (*S, error) {
	x, err := s.open(o, role)
	if err != nil {
		return nil, err
	}
	return &S{x}, nil
}

// open gives a model that has one of the roles to an engine.
func (s source) open(o Options, want ...Role) (*session, error) {
	s = s.understood(o, want)
	if s.err != nil {
		return nil, s.err
	}
	if s.adapted == nil { // else it has run already
		if err := s.model.CheckStructure(); err != nil {
			return nil, s.because(err).err
		}
	}
	contract, err := ReadContract(s.model)
	if err != nil {
		return nil, s.because(err).err
	}
	if !slices.Contains(want, contract.Role) {
		return nil, &RoleError{Name: s.name, Got: contract.Role, Want: want[0]}
	}
	e, err := engine.New(o.Engine)
	if err != nil {
		return nil, err
	}
	program, err := e.Load(s.model)
	if err != nil {
		return nil, s.because(err).err
	}
	threads := o.Threads
	if threads < 1 {
		threads = runtime.GOMAXPROCS(0)
	}
	return &session{contract: contract, model: s.model, name: s.name, adapted: s.adapted, digest: sha256.Sum256(s.data), engine: e, threads: threads, program: program}, nil
}

// maxModel is the largest size of a model file in bytes, the standard's own limit.
const maxModel = 2 << 30
