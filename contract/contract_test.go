package contract

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"govae/images"
	"govae/onnx"
)

// TestSignature also pins the names and shapes that files of format 1 have.
func TestSignature(t *testing.T) {
	plain := Sizes{Latent: 2, Image: images.Shape{H: 28, W: 20, C: 3}}
	conditional := plain
	conditional.Classes = 10
	for _, tt := range []struct {
		role  Role
		sizes Sizes
		want  string
	}{
		{Decoder, plain, "decoder z[batch,2] -> image[batch,3,28,20]"},
		{Encoder, plain, "encoder image[batch,3,28,20] -> mean[batch,2] log_var[batch,2]"},
		{Autoencoder, plain, "autoencoder image[batch,3,28,20] -> reconstruction[batch,3,28,20]"},
		{Scorer, plain, "scorer image[batch,3,28,20] eps[batch,2] -> log_weight[batch]"},
		{Decoder, conditional, "decoder z[batch,2] label[batch,10] -> image[batch,3,28,20]"},
		{Encoder, conditional, "encoder image[batch,3,28,20] label[batch,10] -> mean[batch,2] log_var[batch,2]"},
		{Autoencoder, conditional, "autoencoder image[batch,3,28,20] label[batch,10] -> reconstruction[batch,3,28,20]"},
		{Classifier, conditional, "classifier image[batch,3,28,20] -> class[batch,10]"},
	} {
		s := tt.role.Signature(tt.sizes)
		got := s.Role.String()
		for _, in := range s.Inputs {
			got += " " + in.Name + in.Shape.String()
		}
		got += " ->"
		for _, out := range s.Outputs {
			got += " " + out.Name + out.Shape.String()
		}
		if got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
	image := Encoder.Signature(plain).Inputs[0]
	if image.Width() != 3*28*20 || !cmp.Equal(image.Rows(5), []int64{5, 3, 28, 20}) || image.Type != onnx.Float32 {
		t.Errorf("width %d, rows %v, type %v", image.Width(), image.Rows(5), image.Type)
	}
	if got := Role(7).String(); got != "role 7" {
		t.Error(got)
	}
}

// model has the inputs of a signature and no nodes.
func model(s Signature) *onnx.Model {
	g := &onnx.Graph{}
	for _, in := range s.Inputs {
		g.Inputs = append(g.Inputs, onnx.ValueInfo{Name: in.Name, Type: in.Type, Shape: in.Shape})
	}
	return &onnx.Model{Graph: g}
}

var small = Sizes{Latent: 2, Image: images.Shape{H: 28, W: 20, C: 1}}

func TestMetadata(t *testing.T) {
	check := example()
	conditional := small
	conditional.Classes = 3
	for name, tt := range map[string]struct {
		sizes  Sizes
		d      Metadata
		format int
		text   string
	}{
		"least": {small, Metadata{Latent: 2, Image: small.Image, Likelihood: Bernoulli, ModelID: "ab", Precision: "fp32"}, 1,
			`vae.format=1 vae.latent=2 vae.image=1x28x20 vae.pixel_range=0,1 vae.likelihood=bernoulli vae.model_id=ab vae.precision=fp32`},
		"most": {small, Metadata{Latent: 2, Image: small.Image, Likelihood: Gaussian, Sigma: 0.125, Labels: []string{"a", "<"},
			Framing:     images.Framing{Fit: images.Pad, Background: images.RGB{R: 255, G: 16}, Scale: 16},
			LatentStats: &LatentStats{[]float64{0.5, -1}, []float64{1, 2}, []float64{0.5, 0.25}}, Validation: &images.Validation{Fraction: 0.1, Seed: 7, Of: "cd"}, ModelID: "ab", Precision: "int8", PrecisionError: &PrecisionError{0.0123, 1e-5}}, 1,
			`vae.format=1 vae.latent=2 vae.image=1x28x20 vae.pixel_range=0,1 vae.likelihood=gaussian vae.sigma=0.125 vae.fit=pad vae.background=#ff1000 vae.pixel_scale=16 vae.labels=["a","\u003c"] ` +
				`vae.latent_stats={"mean":[0.5,-1],"std":[1,2],"noise":[0.5,0.25]} vae.validation={"fraction":0.1,"seed":7,"of":"cd"} vae.model_id=ab vae.precision=int8 vae.precision_error={"max":0.0123,"mean":1e-05}`},
		"logistic": {small, Metadata{Latent: 2, Image: small.Image, Likelihood: Logistic, Scale: 0.0625, ModelID: "ab", Precision: "fp32"}, 1,
			`vae.format=1 vae.latent=2 vae.image=1x28x20 vae.pixel_range=0,1 vae.likelihood=logistic vae.scale=0.0625 vae.model_id=ab vae.precision=fp32`},
		"groups": {small, Metadata{Latent: 2, Image: small.Image, Likelihood: Bernoulli, ModelID: "ab", LatentGroups: []LatentGroup{{"1x1", 0, 1}, {"2x2", 1, 1}}}, 1,
			`vae.format=1 vae.latent=2 vae.image=1x28x20 vae.pixel_range=0,1 vae.likelihood=bernoulli ` +
				`vae.latent_groups=[{"name":"1x1","first":0,"size":1},{"name":"2x2","first":1,"size":1}] vae.model_id=ab`},
		"prior": {small, Metadata{Latent: 2, Image: small.Image, Likelihood: Bernoulli, ModelID: "cd", Prior: &Prior{MixturePrior, 7, "ab", true, 9, true}}, 1,
			`vae.format=1 vae.latent=2 vae.image=1x28x20 vae.pixel_range=0,1 vae.likelihood=bernoulli vae.model_id=cd ` +
				`vae.prior={"kind":"mixture","components":7,"model_id":"ab","by_class":true,"exemplars":9,"exemplars_by_class":true}`},
		"several inputs": {conditional, Metadata{Latent: 2, Image: small.Image, Likelihood: Bernoulli, ModelID: "ab", Precision: "fp32"}, 2,
			`vae.format=2 vae.latent=2 vae.image=1x28x20 vae.pixel_range=0,1 vae.likelihood=bernoulli vae.model_id=ab vae.precision=fp32`},
	} {
		t.Run(name, func(t *testing.T) {
			m := model(Decoder.Signature(tt.sizes))
			if err := tt.d.Write(m); err != nil {
				t.Fatal(err)
			}
			var text []string
			for _, p := range m.Metadata {
				text = append(text, p.Key+"="+p.Value)
			}
			if got := strings.Join(text, " "); got != tt.text {
				t.Errorf("got  %s\nwant %s", got, tt.text)
			}
			want := tt.d
			want.Format, want.Check = tt.format, &check
			if err := want.Write(m); err != nil {
				t.Fatal(err)
			}
			got, err := Read(m)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Metadata{})); diff != "" {
				t.Error(diff)
			}
			if err := got.Err(KeyCheck); err != nil {
				t.Error(err)
			}
			if err := got.CheckSizes(Sizes{Latent: 2, Image: small.Image}); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestLabelsGoWithTheGraph: names of more or fewer classes than the graph has are refused.
func TestLabelsGoWithTheGraph(t *testing.T) {
	d := Metadata{Labels: []string{"a", "b"}}
	for classes, ok := range []bool{true, false, true, false} { // 0: not conditional
		err := d.CheckSizes(Sizes{Latent: 2, Image: small.Image, Classes: classes})
		if e, typed := errors.AsType[*MetadataError](err); (err == nil) != ok || err != nil && (!typed || e.Key != KeyLabels) {
			t.Errorf("%d classes: error %v", classes, err)
		}
	}
}

// TestGroupsGoWithTheGraph: groups of more or fewer dimensions than the graph has are refused.
func TestGroupsGoWithTheGraph(t *testing.T) {
	d := Metadata{LatentGroups: []LatentGroup{{"a", 0, 1}, {"b", 1, 2}}}
	for dims := 2; dims <= 4; dims++ {
		err := d.CheckSizes(Sizes{Latent: dims, Image: small.Image})
		if e, typed := errors.AsType[*MetadataError](err); (err == nil) != (dims == 3) || err != nil && (!typed || e.Key != KeyLatentGroups) {
			t.Errorf("%d dimensions: error %v", dims, err)
		}
	}
}

// TestReadRejects changes one entry of a good file.
func TestReadRejects(t *testing.T) {
	for _, tt := range []struct{ key, value, want string }{
		{KeyFormat, "", `vae.format is "", and this program reads the formats 1 to 2; use a newer program or export the model again`},
		{KeyFormat, "3", `vae.format is "3", and`},
		{KeyFormat, "0", `vae.format is "0", and`},
		{KeyFormat, "01", `vae.format is "01", and`},
		{KeyPixelRange, "-1,1", `vae.pixel_range is "-1,1", and this program reads 0,1; export the model again`},
		{KeyLatent, "x", `vae.latent is "x", want a number from 1 on; export the model again`},
		{KeyLatent, "-1", `vae.latent is "-1", want`},
		{KeyLatent, "02", `vae.latent is "02", want`},
		{KeyLatent, "3", `vae.latent is "3", but the graph has 2: the file was tampered with; export the model again`},
		{KeyImage, "28x20", `vae.image is "28x20", want channels x height x width`},
		{KeyImage, "1x28x20 ", `vae.image is "1x28x20 ", want`},
		{KeyImage, "1x-28x20", `vae.image is "1x-28x20", want`},
		{KeyFit, "squeeze", `vae.fit is "squeeze", want crop, pad or stretch`},
		{KeyBackground, "white", `vae.background is "white", want #rrggbb`},
		{KeyPixelScale, "-1", `vae.pixel_scale is "-1", want a positive number`},
		{KeyPrior, "mixture", `vae.prior is "mixture", which cannot be read`},
		{KeyPrior, `{"kind":"mixture"}`, "want a kind and numbers of components and exemplars"},
		{KeyImage, "1x20x28", `vae.image is "1x20x28", but the graph has 1x28x20: the file was tampered with`},
	} {
		m := model(Decoder.Signature(small))
		if err := (Metadata{Latent: 2, Image: small.Image}).Write(m); err != nil {
			t.Fatal(err)
		}
		m.SetMetadata(tt.key, tt.value)
		d, err := Read(m)
		if err == nil {
			err = d.CheckSizes(Sizes{Latent: 2, Image: small.Image})
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.key, err, tt.want)
			continue
		}
		var format *FormatError
		var metadata *MetadataError
		switch {
		case errors.As(err, &format) && tt.key == KeyFormat && format.Format == tt.value:
		case errors.As(err, &metadata) && metadata.Key == tt.key && metadata.Value == tt.value:
		default:
			t.Errorf("%s: error %#v", tt.key, err)
		}
	}
}

// TestReadLeavesOut reads entries that make no sense in a file that serves without them.
func TestReadLeavesOut(t *testing.T) {
	for _, tt := range []struct{ key, value, want string }{
		{KeySigma, "0", `vae.sigma is "0", want a positive number; export the model again`},
		{KeySigma, "+Inf", "want a positive number"},
		{KeyScale, "NaN", `vae.scale is "NaN", want a positive number`},
		{KeySigma, "", `vae.sigma is "", want a positive number`},
		{KeyLabels, `{"a":1}`, "which cannot be read"},
		{KeyLatentStats, `{`, "which cannot be read"},
		{KeyLatentStats, `{"mean":[0,1],"std":[0.5]}`, "want a mean, a standard deviation and, if there is any, the noise of each latent dimension"},
		{KeyLatentStats, `{"mean":[0],"std":[0.5]}`, "want a mean"},
		{KeyLatentGroups, `[]`, "want groups that have all latent dimensions together"},
		{KeyLatentGroups, `[{"first":0,"size":1}]`, "want groups that have all latent dimensions together"},
		{KeyLatentGroups, `[{"first":0,"size":1},{"first":0,"size":1}]`, "want groups of at least one dimension that follow each other"},
		{KeyPrecisionError, `[]`, "which cannot be read"},
		{KeyCheck, "noise", `vae.check is "noise", which cannot be read: invalid character`},
		{KeyLabels, strings.Repeat(" ", maxEntry+1), "more than"},
	} {
		m := &onnx.Model{Graph: &onnx.Graph{}}
		m.SetMetadata(KeyLatent, "2")
		m.SetMetadata(tt.key, tt.value)
		d, err := Read(m)
		if err != nil {
			t.Errorf("%s: %v", tt.key, err)
			continue
		}
		if diff := cmp.Diff(Metadata{Latent: 2}, d, cmpopts.IgnoreUnexported(Metadata{})); diff != "" {
			t.Errorf("%s: %s", tt.key, diff)
		}
		if err := d.Err(tt.key); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.key, err, tt.want)
		}
	}
	d, err := Read(&onnx.Model{Graph: &onnx.Graph{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Err(KeySigma); !errors.Is(err, ErrMissing) || err.Error() != "vae.sigma is missing; export the model again" {
		t.Errorf("error %v", err)
	}
	if err := d.CheckSizes(Sizes{Latent: 5, Image: small.Image}); err != nil {
		t.Errorf("sizes that are not told: %v", err)
	}
	for range 20 { // of two mistakes always the same is reported
		var wrong *MetadataError
		if err := (Metadata{Latent: 3, Image: images.Shape{H: 1, W: 1, C: 1}}).CheckSizes(Sizes{Latent: 5, Image: small.Image}); !errors.As(err, &wrong) || wrong.Key != KeyLatent {
			t.Fatalf("error %v, want one about %s", err, KeyLatent)
		}
	}
}

func TestPriorString(t *testing.T) {
	for want, p := range map[string]Prior{
		"a normal distribution":                                     {Kind: MixturePrior, Components: 1},
		"a mixture of 3 components":                                 {Kind: MixturePrior, Components: 3},
		"a normal distribution for each of 3 classes":               {Kind: MixturePrior, Components: 3, ByClass: true},
		"points near 1 code of images":                              {Kind: MixturePrior, Components: 1, Exemplars: 1},
		"points near 9 codes of images, each near one of its class": {Kind: MixturePrior, Components: 1, Exemplars: 9, ExemplarsByClass: true},
		"points near 8 codes of images, each near one of its class": {Kind: MixturePrior, Components: 4, Exemplars: 8, ByClass: true},
		`a "flow"`: {Kind: "flow", Components: 1},
	} {
		if got := p.String(); got != want {
			t.Errorf("%+v is %s, want %s", p, got, want)
		}
	}
}
