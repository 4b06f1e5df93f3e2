package infer

import (
	"context"
	"errors"
	"iter"

	"govae/adapt"
	"govae/images"
)

// Reconstructor encodes images and decodes them again: a [*Pair] or an [*Autoencoder].
type Reconstructor interface {
	// Reconstruct maps images to what becomes of them, in order.
	Reconstruct(context.Context, iter.Seq2[Image, error]) iter.Seq2[Image, error]
	// Shape returns the size of an image.
	Shape() images.Shape
	// Framing tells how pictures were prepared, as that of a [Session] does.
	Framing() images.Framing
	// Engine returns the name and version of the engine, Note why it is not the first choice.
	Engine() string
	Note() error
	// Adapted tells what files of other programs were found to mean, as that of a [Session] does.
	Adapted() []string
	// Fingerprint tells files apart, as that of a [Session] does.
	Fingerprint() string
	Close() error
}

var (
	_ Reconstructor = (*Pair)(nil)
	_ Reconstructor = (*Autoencoder)(nil)
)

// OpenReconstructor opens an autoencoder, which needs no encoder beside it, or a decoder
// and its encoder as [OpenPair] does. Another file in place of the decoder is a
// [*RoleError].
func OpenReconstructor(decoderPath, encoderPath string, o Options) (Reconstructor, error) {
	decoder := fromFile(decoderPath)
	session, err := decoder.session(o)
	if _, open := errors.AsType[*adapt.Question](err); open { // the encoder may answer
		return openPair(decoder, fromFile(encoderPath), o)
	}
	if err != nil {
		return nil, err
	}
	switch s := session.(type) {
	case *Autoencoder:
		return s, nil
	case *Decoder:
		encoder := fromFile(encoderPath)
		if adapt.Foreign(decoder.model) || encoder.err == nil && adapt.Foreign(encoder.model) {
			s.Close()
			return openPair(decoder, encoder, o)
		}
		return encoder.pairWith(s, o)
	}
	session.Close()
	return nil, &RoleError{Name: decoderPath, Got: session.Contract().Role, Want: RoleDecoder}
}
