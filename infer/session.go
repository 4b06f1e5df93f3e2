package infer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"

	"govae/adapt"
	"govae/engine"
	"govae/images"
	"govae/internal/option"
	"govae/latent"
	"govae/onnx"
)

// Session is a file of a VAE ready to run: a [*Decoder], an [*Encoder], an [*Autoencoder],
// a [*Scorer] or a [*Classifier]. Many goroutines may use it at once; Close it when none does.
type Session interface {
	// Contract returns what the file says about itself.
	Contract() Contract
	// Shape returns the size of an image.
	Shape() images.Shape
	// Framing says how the pictures that the model was trained on were prepared.
	Framing() images.Framing
	// Latent returns the number L of latent dimensions.
	Latent() int
	// Space returns the model's latent space.
	Space() latent.Space
	// StoredActivity returns the activity of each latent dimension over the training images
	// ([latent.MeasureActivity]), and whether the file holds it.
	StoredActivity() (latent.Activity, bool)
	// Noise returns, by latent dimension, the root of the mean posterior variance over the training
	// images; nil if the file does not hold it.
	Noise() []float64
	// FromPicture returns a picture of any size as the model takes it.
	FromPicture(image.Image) (Image, error)
	// Classes returns the names of the classes that the model is conditional on, or that a
	// classifier tells, in the order of their numbers, and nil if there are none.
	Classes() []string
	// Class returns the number of the class that its name, or else its number, means.
	Class(name string) (int, error)
	// CheckValues runs the model on inputs from the file and compares the outputs with those
	// that the file promises.
	CheckValues(context.Context) (difference float64, err error)
	// Engine returns the name and version of the engine that runs the session.
	Engine() string
	// Note says why the first choice of an engine was not taken; nil if it was.
	Note() error
	// Adapted says how the tensors of another program's file were understood and what was
	// changed; nil for a file of this project.
	Adapted() []string
	// Fingerprint returns the SHA-256 of the file in hexadecimal digits. Unlike the model id it
	// differs between precisions of one model.
	Fingerprint() string
	// Close releases the model. The session cannot be used afterwards.
	Close() error
}

// Options choose how models are run. The zero value is right for most programs.
type Options struct {
	// Engine chooses the engine.
	Engine engine.Options
	// Foreign answers questions that files of other programs leave open: see [adapt.Question].
	Foreign adapt.Options
	// Threads is the number of chunks that run at once; 0 means GOMAXPROCS.
	Threads int
}

// Check finds mistakes in the options: first in those of the engine ([engine.Options.Check]),
// then in the answers about files of other programs ([*adapt.OptionError]).
func (o Options) Check() error {
	if o.Threads < 0 {
		return option.Wrong("Threads", o.Threads, "a number of threads, or 0 for all cores")
	}
	return cmp.Or(o.Engine.Check(), o.Foreign.Check())
}

// session is the common part of all kinds of [Session].
type session struct {
	contract Contract
	model    *onnx.Model

	name      string // in errors
	adapted   []string
	digest    [sha256.Size]byte
	engine    *engine.Engine
	threads   int
	program   *engine.Program
	unchecked bool // outputs may be any numbers
	label     Label
}

// Contract returns what the file says about itself.
func (s *session) Contract() Contract { return s.contract }

// Shape returns the size of an image.
func (s *session) Shape() images.Shape { return s.contract.Shape() }

// Framing says how the pictures that the model was trained on were prepared, as far as the file
// says so. Prepare other pictures in the same way.
func (s *session) Framing() images.Framing { return s.contract.Metadata.Framing }

// Latent returns the number L of latent dimensions, 0 for an autoencoder or classifier whose
// file does not say.
func (s *session) Latent() int { return s.contract.Latent }

// Space returns the model's latent space.
func (s *session) Space() latent.Space {
	return latent.Space{Name: s.name, ModelID: s.contract.ModelID, Dims: s.contract.Latent}
}

// StoredActivity returns the activity of each latent dimension over the training images
// ([latent.MeasureActivity]), and whether the file holds it.
func (s *session) StoredActivity() (latent.Activity, bool) {
	stats := s.contract.Metadata.LatentStats
	if stats == nil || !stats.Suits(s.Latent()) {
		return nil, false
	}
	variances := make([]float64, len(stats.Std))
	for k, v := range stats.Std {
		variances[k] = v * v
	}
	return latent.ActivityOf(variances, stats.Noise), true
}

// Noise implements [Session].
func (s *session) Noise() []float64 {
	if stats := s.contract.Metadata.LatentStats; stats != nil && stats.Suits(s.Latent()) {
		return stats.Noise
	}
	return nil
}

// Fingerprint returns the SHA-256 of the file in hexadecimal digits. Unlike the model id it
// differs between precisions of one model.
func (s *session) Fingerprint() string { return hex.EncodeToString(s.digest[:]) }

// Engine returns the name and version of the engine that runs the session.
func (s *session) Engine() string { return s.engine.Name() }

// Note is the engine's [engine.Engine.Note].
func (s *session) Note() error { return s.engine.Note() }

// Close releases the model. The session cannot be used afterwards.
func (s *session) Close() error { return s.program.Close() }

// RoleError says that a file has another role than the one needed.
type RoleError struct {
	Name      string
	Got, Want Role
}

func (e *RoleError) Error() string {
	return fmt.Sprintf("%s: holds the %v where the %v is needed", e.Name, e.Got, e.Want)
}
