package infer

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"govae/adapt"
	"govae/anomaly"
	"govae/contract"
	"govae/internal/atomicfile"
	"govae/internal/parallel"
	"govae/latent"
)

// Samples yields each of a stream of images with its reconstruction and the mean of its code:
// what package anomaly judges images by. The reconstruction is the mean of those of so many
// draws of the posterior, the same noise for every image, or with draws 0 that of the
// posterior's mean. Constant memory and cancellation are those of [Decoder.DecodeAll].
func (p *Pair) Samples(ctx context.Context, images iter.Seq2[Image, error], draws int) iter.Seq2[anomaly.Sample, error] {
	return mapRows(ctx, p.Encoder.session, pixels(images, p.Encoder.contract), func(ctx context.Context, x []float32, first int) ([]anomaly.Sample, error) {
		return p.samples(ctx, x, first, draws)
	})
}

// samples makes samples of the images x [n, C, H, W], number first and following.
func (p *Pair) samples(ctx context.Context, x []float32, first, draws int) ([]anomaly.Sample, error) {
	codes, err := p.Encoder.codes(ctx, x, first)
	if err == nil && draws > 0 && codes[0].LogVar == nil {
		err = latent.ErrNoLogVar
	}
	if err != nil {
		return nil, err
	}
	decoded := Images{Shape: p.Shape()}
	dims := p.Encoder.Latent()
	z := make([]float32, len(codes)*dims)
	for draw := range max(1, draws) {
		for i, code := range codes {
			point := z[i*dims : (i+1)*dims]
			if draws == 0 {
				copy(point, code.Mean)
				continue
			}
			latent.Noise(point, 0, 0, draw)
			code.Draw(point)
		}
		m, err := p.Decoder.decode(ctx, z, first)
		if err != nil {
			return nil, err
		}
		if draw == 0 {
			decoded.Pixels = make([]float32, len(m.Pixels))
		}
		for i, v := range m.Pixels {
			decoded.Pixels[i] += v / float32(max(1, draws))
		}
	}
	given := Images{Shape: p.Shape(), Pixels: x}
	samples := make([]anomaly.Sample, len(codes))
	for i, code := range codes {
		samples[i] = anomaly.Sample{Picture: given.At(i), Reconstruction: decoded.At(i), Code: code.Mean}
	}
	return samples, nil
}

// FitDetector learns from a stream of normal images what is normal, by [anomaly.Fit].
func (p *Pair) FitDetector(ctx context.Context, images iter.Seq2[Image, error], o anomaly.Options) (*anomaly.Detector, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	return anomaly.Fit(p.Samples(ctx, images, o.Draws), o)
}

// Detector returns the detector that the encoder's file holds, which [WriteDetector] put
// there. A file without one is a [*NoDetectorError].
func (p *Pair) Detector() (*anomaly.Detector, error) {
	name, metadata := p.Encoder.name, p.Encoder.contract.Metadata
	if err := metadata.Err(contract.KeyDetector); errors.Is(err, contract.ErrMissing) {
		return nil, &NoDetectorError{name}
	}
	d, err := anomaly.Parse([]byte(metadata.Detector))
	if err != nil {
		return nil, fmt.Errorf("%s: metadata %s: %w", name, contract.KeyDetector, err)
	}
	if d.Shape() != p.Shape() || d.Latent() != p.Encoder.Latent() {
		return nil, fmt.Errorf("%s: metadata %s: a detector for images of %v and %d latent dimensions, and the model has %v and %d", name, contract.KeyDetector, d.Shape(), d.Latent(), p.Shape(), p.Encoder.Latent())
	}
	return d, nil
}

// NoDetectorError says that an encoder's file holds no detector.
type NoDetectorError struct{ Name string }

func (e *NoDetectorError) Error() string {
	return fmt.Sprintf("%s: holds no detector (metadata %s)", e.Name, contract.KeyDetector)
}

// Judge yields what a detector finds about each of a stream of images, in order. Constant
// memory and cancellation are those of [Decoder.DecodeAll].
func (p *Pair) Judge(ctx context.Context, d *anomaly.Detector, images iter.Seq2[Image, error]) iter.Seq2[anomaly.Verdict, error] {
	return mapRows(ctx, p.Encoder.session, pixels(images, p.Encoder.contract), func(ctx context.Context, x []float32, first int) ([]anomaly.Verdict, error) {
		samples, err := p.samples(ctx, x, first, d.Draws)
		if err != nil {
			return nil, err
		}
		verdicts := make([]anomaly.Verdict, len(samples))
		err = parallel.For(ctx, len(samples), p.Encoder.threads, func(i int) (err error) {
			verdicts[i], err = d.Judge(samples[i])
			verdicts[i].Index = first + i
			return err
		})
		return verdicts, err
	})
}

// WriteDetector puts a detector into the metadata of the encoder's file at path, in place
// of one that it has. The file is replaced as a whole or stays as it was.
func WriteDetector(path string, d *anomaly.Detector) error {
	s := fromFile(path)
	if s.err != nil {
		return s.err
	}
	if !adapt.Foreign(s.model) { // of one of another program the caller knows what it is
		c, err := ReadContract(s.model)
		if err != nil {
			return s.because(err).err
		}
		if c.Role != RoleEncoder {
			return &RoleError{Name: path, Got: c.Role, Want: RoleEncoder}
		}
	}
	text, err := d.MarshalText()
	if err != nil {
		return s.because(err).err
	}
	s.model.SetMetadata(contract.KeyDetector, string(text))
	data, err := s.model.Marshal()
	if err != nil {
		return s.because(err).err
	}
	return atomicfile.WriteBytes(path, data)
}
