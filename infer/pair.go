package infer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"

	"govae/images"
	"govae/latent"
	"govae/onnx"
)

// Pair is the encoder and the decoder of one model.
type Pair struct {
	Encoder *Encoder
	Decoder *Decoder
}

// OpenPair opens the two files of one model as [OpenDecoder] and [OpenEncoder] do, and
// checks as [PairOf] does that they belong together.
func OpenPair(decoderPath, encoderPath string, o Options) (*Pair, error) {
	return openPair(fromFile(decoderPath), fromFile(encoderPath), o)
}

// OpenPairBytes is [OpenPair] for files that are in memory already, as by go:embed.
func OpenPairBytes(decoder, encoder []byte, o Options) (*Pair, error) {
	return openPair(fromBytes(decoder), fromBytes(encoder), o)
}

// NewPair is [OpenPair] for models, such as package export makes of a trained one.
func NewPair(decoder, encoder *onnx.Model, o Options) (*Pair, error) {
	return openPair(fromModel(decoder), fromModel(encoder), o)
}

func openPair(decoder, encoder source, o Options) (*Pair, error) {
	decoder, encoder = understoodPair(decoder, encoder, o)
	d, err := opened[Decoder](decoder, o, RoleDecoder)
	if err != nil {
		return nil, err
	}
	return encoder.pairWith(d, o)
}

// pairWith opens the encoder of a decoder, which is closed where that fails.
func (s source) pairWith(decoder *Decoder, o Options) (*Pair, error) {
	encoder, err := opened[Encoder](s, o, RoleEncoder)
	if err != nil {
		decoder.Close()
		return nil, err
	}
	p, err := PairOf(decoder, encoder)
	if err != nil {
		decoder.Close()
		encoder.Close()
		return nil, err
	}
	return p, nil
}

// PairOf returns the pair of two sessions. It is an error, a [*PriorError] where the decoder has
// a prior of its own and a [*latent.SpaceError] where their latent spaces differ, unless they
// are made for one size of images and come from one model as far as they tell.
func PairOf(decoder *Decoder, encoder *Encoder) (*Pair, error) {
	if err := decoder.TakesCodes(); err != nil {
		return nil, err
	}
	if err := together(decoder.session, encoder.session); err != nil {
		return nil, err
	}
	return &Pair{Encoder: encoder, Decoder: decoder}, nil
}

// together returns an error unless two files can be of one model, as far as they tell.
func together(s, other *session) error {
	const remedy = "use the files of one export"
	a, b := other.contract, s.contract
	if err := s.Space().Check(other.name, a.ModelID, a.Latent, remedy); err != nil {
		return err
	}
	if a.Classes != b.Classes {
		return fmt.Errorf("%s is conditional on %d classes, %s on %d; %s", other.name, a.Classes, s.name, b.Classes, remedy)
	}
	if a.C != b.C || a.H != b.H || a.W != b.W {
		return fmt.Errorf("%s is made for %dx%dx%d images, %s for %dx%dx%d; %s", other.name, a.C, a.H, a.W, s.name, b.C, b.H, b.W, remedy)
	}
	return nil
}

// CheckScorer returns an error, as [PairOf] does, unless a scorer can be of the same model.
func (p *Pair) CheckScorer(s *Scorer) error { return together(p.Decoder.session, s.session) }

// Hierarchical reports whether the model has several groups of latent variables, so that the
// encoder's posterior, which is that along the means of the groups, is not the model's own.
func (p *Pair) Hierarchical() bool { return len(p.Decoder.contract.Metadata.LatentGroups) > 1 }

// Shape returns the size of an image.
func (p *Pair) Shape() images.Shape { return p.Decoder.Shape() }

// Framing is that of the decoder, as [Session] has it.
func (p *Pair) Framing() images.Framing { return p.Decoder.Framing() }

// Fingerprint returns the SHA-256 of both files in hexadecimal digits.
func (p *Pair) Fingerprint() string { return p.Decoder.Fingerprint() + p.Encoder.Fingerprint() }

// Engine returns the name and version of the engine that runs the decoder.
func (p *Pair) Engine() string { return p.Decoder.Engine() }

// Note is that of the decoder, or else of the encoder, if either has one.
func (p *Pair) Note() error { return cmp.Or(p.Decoder.Note(), p.Encoder.Note()) }

// Close closes both sessions.
func (p *Pair) Close() error { return errors.Join(p.Encoder.Close(), p.Decoder.Close()) }

// Reconstruct encodes images and decodes the means of their codes, in order.
func (p *Pair) Reconstruct(ctx context.Context, images iter.Seq2[Image, error]) iter.Seq2[Image, error] {
	return p.Decoder.DecodeAll(ctx, latent.Means(p.Encoder.EncodeAll(ctx, images)))
}

// ReconstructDraws encodes images and decodes k points of each posterior, those of
// [latent.Draws], one after the other. Dimensions from settled on have their means, as
// [latent.Settled] says; Latent of the decoder draws all. Codes without variances are an error
// ([latent.ErrNoLogVar]).
func (p *Pair) ReconstructDraws(ctx context.Context, images iter.Seq2[Image, error], settled, k int, seed uint64) iter.Seq2[Image, error] {
	codes := latent.Settled(p.Encoder.EncodeAll(ctx, images), settled)
	return p.Decoder.Repeated(k).DecodeAll(ctx, latent.Draws(codes, k, seed))
}
