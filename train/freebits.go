package train

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"govae/internal/nn"
)

// FreeBits is a divergence, in nats, that costs nothing: of each latent dimension, or of each
// group of latent variables, the KL, a mean over the batch, counts as at least that. So a
// model has no reason to leave latent variables unused (Kingma et al. 2016, arXiv
// 1606.04934, appendix C.8). Its text is such as 0.1, by dimension, or 2/group.
type FreeBits struct {
	Nats  float64
	Group bool // of each group, not of each dimension
}

const perGroup = "/group"

// String returns the text.
func (f FreeBits) String() string {
	text := strconv.FormatFloat(f.Nats, 'g', -1, 64)
	if f.Group {
		text += perGroup
	}
	return text
}

// MarshalText implements [encoding.TextMarshaler].
func (f FreeBits) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (f *FreeBits) UnmarshalText(text []byte) error {
	number, group := strings.CutSuffix(string(text), perGroup)
	nats, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || (FreeBits{Nats: nats}).validate() != nil {
		return fmt.Errorf("want 0 or a positive number of nats by latent dimension, such as 0.1, or by group, such as 2/group")
	}
	*f = FreeBits{nats, group && nats > 0}
	return nil
}

func (f FreeBits) validate() error {
	if !(f.Nats >= 0) || math.IsInf(f.Nats, 0) {
		return fmt.Errorf("%g free nats: there must be 0 or a positive number", f.Nats)
	}
	return nil
}

// scale sets the derivatives of the loss by the divergences, which are sums over n images:
// each, or 0 where they are free.
func (f FreeBits) scale(group *nn.Divergence, n int, each float64) {
	var sum float64
	for _, kl := range group.KL {
		sum += kl
	}
	for i, kl := range group.KL {
		if f.Group {
			kl = sum
		}
		group.Scale[i] = each
		if f.Nats > 0 && kl <= f.Nats*float64(n) {
			group.Scale[i] = 0
		}
	}
}
