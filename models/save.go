package models

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"

	"govae/contract"
	"govae/images"
	"govae/internal/atomicfile"
	"govae/internal/infile"
	"govae/internal/nn"
	"govae/internal/safetensors"
	"govae/latent"
)

// The files of a model directory that this package reads and writes.
const (
	ConfigFile  = "config.json"
	WeightsFile = "model.safetensors"
	// PriorFile holds [VAE].Prior, as the end of training writes it.
	PriorFile = "prior.json"
)

// Format is the version of config.json that this package writes, and the newest
// that it reads.
const Format = 1

// MaxConfigFile is the largest config.json that is read or written, in bytes. The names of classes
// are what makes one large.
const MaxConfigFile = 1 << 26

// LatentStats tell about the codes of training images.
type LatentStats = contract.LatentStats

// Saved is what a model directory holds beside the weights.
type Saved struct {
	Format int    `json:"format"`
	Model  Config `json:"model"`
	// Training are the settings of the run that fitted the model, as the trainer
	// wrote them.
	Training json.RawMessage `json:"training,omitempty"`
	// LatentStats hold for the weights whose ID is StatsOf; they are missing while
	// the run goes on.
	LatentStats *LatentStats `json:"latent_stats,omitempty"`
	StatsOf     string       `json:"latent_stats_of,omitempty"`
	// Validation are the training images that the run holds out, if it does.
	Validation *images.Validation `json:"validation,omitempty"`
}

// Save writes config.json in dir.
func (s Saved) Save(dir string) error {
	s.Format = Format
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if path := filepath.Join(dir, ConfigFile); len(data) >= MaxConfigFile {
		return fmt.Errorf("%s: would have %d MB, more than the %d that are read: use fewer classes, or shorter names", path, len(data)>>20, MaxConfigFile>>20)
	}
	return atomicfile.WriteBytes(filepath.Join(dir, ConfigFile), append(data, '\n'))
}

// LoadSaved reads config.json in dir.
func LoadSaved(dir string) (Saved, error) {
	path := filepath.Join(dir, ConfigFile)
	data, err := infile.Read(path, MaxConfigFile)
	if err != nil {
		return Saved{}, err
	}
	s, err := ParseSaved(data)
	if err != nil {
		return Saved{}, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// ParseSaved reads the content of a config.json.
func ParseSaved(data []byte) (Saved, error) {
	if len(data) > MaxConfigFile {
		return Saved{}, fmt.Errorf("more than %d bytes: not the config of a model", MaxConfigFile)
	}
	var version struct{ Format int }
	if err := json.Unmarshal(data, &version); err != nil {
		return Saved{}, fmt.Errorf("not the config of a model: %w", err)
	}
	if version.Format < 1 || version.Format > Format {
		return Saved{}, fmt.Errorf("format %d is unknown: this program reads up to %d; use a newer one", version.Format, Format)
	}
	var s Saved
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Saved{}, fmt.Errorf("not the config of a model: %w", err)
	}
	if s.Model.Latent < 1 { // elsewhere 0 asks for the default
		return Saved{}, fmt.Errorf("%d latent dimensions: there must be at least 1", s.Model.Latent)
	}
	config, err := s.Model.withDefaults()
	if err != nil {
		return Saved{}, err
	}
	s.Model = config
	if st := s.LatentStats; st != nil && !st.Suits(config.Latent) {
		return Saved{}, errors.New("latent_stats do not have one value per latent dimension")
	}
	return s, nil
}

// Tensors returns v, a vector laid out like Theta, as named tensors in the order
// and layout of the files. prefix is put before each name. Their values are taken from v
// when they are written.
func (m *VAE) Tensors(prefix string, v []float32) []safetensors.Tensor {
	return tensors(m.graph.Params(), prefix, v)
}

// StateTensors is [VAE.Tensors] for a vector laid out like State.
func (m *VAE) StateTensors(prefix string, v []float32) []safetensors.Tensor {
	return tensors(m.graph.Buffers(), prefix, v)
}

func tensors(params []*nn.Param, prefix string, v []float32) []safetensors.Tensor {
	var out []safetensors.Tensor
	for _, p := range params {
		out = append(out, safetensors.Tensor{Name: prefix + p.Name, Shape: p.Shape, Fill: p.ToFile(p.In(v))})
	}
	return out
}

// SetTensors is the reverse of [VAE.Tensors]: it fills v from a file, which must
// hold a tensor of the right shape and of finite values for each parameter. v is
// unchanged after an error.
func (m *VAE) SetTensors(prefix string, v []float32, f *safetensors.File) error {
	return set(m.graph.Params(), prefix, v, f, m.Config.kind())
}

// SetStateTensors is the reverse of [VAE.StateTensors].
func (m *VAE) SetStateTensors(prefix string, v []float32, f *safetensors.File) error {
	return set(m.graph.Buffers(), prefix, v, f, m.Config.kind())
}

// kind names the settings that decide which tensors there are.
func (c Config) kind() string {
	if c.Conditional {
		return c.Arch + ", conditional"
	}
	return c.Arch
}

// set fills v, which is laid out like the parameters of a model of some kind, from a file.
func set(params []*nn.Param, prefix string, v []float32, f *safetensors.File, kind string) error {
	if err := check(params, prefix, f, kind); err != nil {
		return err
	}
	for _, p := range params {
		if t := f.Tensor(prefix + p.Name); t != nil {
			p.FromFile(p.In(v), t.Data)
		} else {
			clear(p.In(v))
		}
	}
	return nil
}

// check returns an error unless f holds a tensor of the right shape and of finite values
// for each parameter.
func check(params []*nn.Param, prefix string, f *safetensors.File, kind string) error {
	for _, p := range params {
		t := f.Tensor(prefix + p.Name)
		if t == nil && p.Later {
			continue
		}
		if t == nil {
			return fmt.Errorf("tensor %q is missing: these are not the weights of this kind of model (%s)", prefix+p.Name, kind)
		}
		if !slices.Equal(t.Shape, p.Shape) {
			return fmt.Errorf("tensor %q has shape %v, want %v: these are the weights of a model of other sizes", t.Name, t.Shape, p.Shape)
		}
		for i, x := range t.Data {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return fmt.Errorf("tensor %q has the value %g at index %d", t.Name, x, i)
			}
		}
	}
	return nil
}

func (m *VAE) file() *safetensors.File {
	return &safetensors.File{Tensors: append(m.Tensors("", m.Theta), m.StateTensors("", m.State)...)}
}

// SaveWeights writes model.safetensors in dir.
func (m *VAE) SaveWeights(dir string) error { return m.file().Save(filepath.Join(dir, WeightsFile)) }

// LoadWeights sets the parameters from the safetensors file at path, whoever wrote
// it: a float32 tensor of the parameter's name and shape for each one (see
// [VAE.Params] and docs/architecture.md), in any order, and no other. The
// parameters are unchanged after an error.
func (m *VAE) LoadWeights(path string) error {
	f, err := safetensors.Load(path)
	if err != nil {
		return err
	}
	all := slices.Concat(m.graph.Params(), m.graph.Buffers())
	for _, t := range f.Tensors {
		if !slices.ContainsFunc(all, func(p *nn.Param) bool { return p.Name == t.Name }) {
			return fmt.Errorf("%s: tensor %q is none of this model: these are not the weights of this kind of model (%s)", path, t.Name, m.Config.kind())
		}
	}
	if err := check(all, "", f, m.Config.kind()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	m.LatentStats, m.Prior, m.Validation = nil, nil, nil // those of other parameters
	return cmp.Or(m.SetTensors("", m.Theta, f), m.SetStateTensors("", m.State, f))
}

// ID identifies the parameters: the SHA-256, in hex, of their model.safetensors.
func (m *VAE) ID() string {
	h := sha256.New()
	if err := m.file().Write(h); err != nil {
		panic(err) // a hash accepts every write
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Load reads a model directory, with its prior and its classifier if it holds them. A prior and
// latent statistics of other weights than those in the directory are left out.
func Load(dir string) (*VAE, error) {
	s, err := LoadSaved(dir)
	if err != nil {
		return nil, err
	}
	m, err := build(s.Model)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, ConfigFile), err)
	}
	if err := m.LoadWeights(filepath.Join(dir, WeightsFile)); err != nil {
		return nil, err
	}
	m.Validation = s.Validation
	id := m.ID()
	if s.StatsOf == id {
		m.LatentStats = s.LatentStats
	}
	prior, err := latent.ReadMixture(filepath.Join(dir, PriorFile))
	switch {
	case err == nil && prior.ModelID == id:
		m.Prior = prior
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if m.Classifier, _, err = LoadClassifier(dir, m.Config); errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	return m, err
}
