// Package explore makes a page of an exported VAE: one folder that any web server or static
// host serves, in which the model runs in the visitor's own browser (onnxruntime-web, WebGPU
// or WebAssembly) and nothing is sent anywhere.
//
// The folder ([Write]) holds the page, the model's files, what was found out about the model
// in Go (encoded images, planes of its latent space, a mixture, attributes), and
// onnxruntime-web ([Runtime]). The page's scripts are plain
// modules in site/; site/random.js draws the numbers of internal/random bit for bit, so that
// a seed gives the images that it gives everywhere else.
package explore

import (
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"govae/anomaly"
	"govae/contract"
	"govae/infer"
	"govae/internal/atomicfile"
	"govae/internal/infile"
	"govae/internal/lock"
	"govae/internal/page"
	"govae/latent"
)

//go:embed site
var site embed.FS

// Options say what the page shows. Only Decoder and Runtime are needed.
type Options struct {
	Decoder *infer.Decoder
	// Encoder encodes images that a visitor drops; nil shows none.
	Encoder *infer.Encoder
	// Detector judges the images that a visitor drops; nil leaves it at their likelihoods.
	Detector *anomaly.Detector
	// Points are encoded images, which are shown in the latent plane; nil shows none.
	Points *Points
	// Sampler is a decoder of the same model with a prior of its own, from which the page
	// then draws; nil draws from N(0, I).
	Sampler    *infer.Decoder
	Mixture    *latent.Mixture    // to draw samples from beside the prior, without its exemplars; may be nil
	Attributes []latent.Attribute // to move images along; each has classes for a name
	Title      string             // of the page; empty means "Latent space"
	Runtime    string             // folder that [Runtime] returns
}

// description is the file model.json, from which the page knows everything else.
type description struct {
	Title      string                 `json:"title"`
	ModelID    string                 `json:"model_id,omitempty"`
	Latent     int                    `json:"latent"`
	Image      size                   `json:"image"`
	Classes    []string               `json:"classes,omitempty"` // that the model is conditional on
	Groups     []contract.LatentGroup `json:"groups,omitempty"`
	Likelihood string                 `json:"likelihood,omitempty"`
	Scale      float64                `json:"scale,omitempty"`    // of the likelihood, where it has one
	Activity   []float64              `json:"activity,omitempty"` // what each dimension tells ([latent.MeasureActivity])
	Framing    framing                `json:"framing"`
	Decoder    graph                  `json:"decoder"`
	Encoder    *graph                 `json:"encoder,omitempty"`
	Detector   string                 `json:"detector,omitempty"` // a file
	Check      *contract.Check        `json:"check,omitempty"`    // of the decoder
	Prior      *priorGraph            `json:"prior,omitempty"`    // of the sampler
	Points     *pointsDescription     `json:"points,omitempty"`
	Mixture    *mixture               `json:"mixture,omitempty"`
	Attributes []attribute            `json:"attributes,omitempty"`
	Files      []string               `json:"files"` // all that lie in the folder beside this one, by their paths in it
}

type size struct {
	Channels int `json:"channels"`
	Height   int `json:"height"`
	Width    int `json:"width"`
}

type framing struct {
	Fit        string  `json:"fit"`
	Background string  `json:"background"`
	Scale      float64 `json:"scale,omitempty"`
}

// graph is a file of the model and what its tensors are called.
type graph struct {
	File string `json:"file"`
	infer.Tensors
}

// priorGraph is a file that makes latent points of noise.
type priorGraph struct {
	File string `json:"file"`
	infer.PriorTensors
}

type attribute struct {
	Name      string    `json:"name"`
	Direction []float32 `json:"direction"`
}

// mixture has the lower triangles of the Cholesky factors in place of covariances, row after
// row, so that the page draws points with the numbers that Go has.
type mixture struct {
	Weights []float64   `json:"weights"`
	Means   [][]float64 `json:"means"`
	Factors [][]float64 `json:"factors"`
}

// DescriptionFile is the file of the folder from which the page knows the model.
const DescriptionFile = "model.json"

// FolderError says that a folder holds something else than a page of [Write].
type FolderError struct{ Path, Name string }

func (e *FolderError) Error() string {
	return fmt.Sprintf("%s: holds %s, which is no part of a page of this program; give another folder", e.Path, e.Name)
}

// mostDescription is more bytes than a page's description has, of which the factors of a mixture are the most.
const mostDescription = 1 << 28

// Check returns an error unless [Write] may write the folder at path: one that is not there,
// is empty or holds an older page and nothing else, and in which the program does not stand. One with
// other files is a [*FolderError].
func Check(path string) error {
	if err := elsewhere(path); err != nil {
		return err
	}
	names, err := files(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if info, statErr := os.Stat(filepath.Clean(path)); err != nil && statErr == nil && !info.IsDir() {
		return fmt.Errorf("%s: a file is in the way; give another folder", path)
	}
	if err != nil {
		return err
	}
	var old struct{ Files []string } // of a page; a file of another program has none
	if text, err := infile.Read(filepath.Join(path, DescriptionFile), mostDescription); err == nil && json.Unmarshal(text, &old) == nil && old.Files != nil {
		old.Files = append(old.Files, DescriptionFile)
	}
	for _, name := range names {
		if !slices.Contains(old.Files, name) {
			return &FolderError{path, name}
		}
	}
	return nil
}

// elsewhere is an error where the program stands in the folder at path, which is moved away to
// be replaced.
func elsewhere(path string) error {
	whole, err := infile.Real(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	here, err := infile.Real(".")
	if err != nil {
		return err
	}
	if inside, err := filepath.Rel(whole, here); err == nil && filepath.IsLocal(inside) {
		return fmt.Errorf("%s: is the working directory, or holds it; give another folder for the page", path)
	}
	return nil
}

// files are the paths of all files within a folder.
func files(folder string) (names []string, err error) {
	err = fs.WalkDir(os.DirFS(folder), ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

// Write makes the folder at path, or replaces an older one when the new one is whole.
func Write(path string, o Options) error {
	if err := Check(path); err != nil {
		return err
	}
	path = atomicfile.Target(filepath.Clean(path)) // a link stays
	parent, name := filepath.Split(path)
	if err := os.MkdirAll(cmp.Or(parent, "."), 0o755); err != nil {
		return err
	}
	release, err := lock.Take(filepath.Join(parent, "."+name)) // beside the folder, which is moved
	if err != nil {
		return err
	}
	defer release()
	part, err := atomicfile.Stage(path)
	if err != nil {
		return err
	}
	defer os.RemoveAll(part)
	if err := fill(part, o); err != nil {
		return err
	}
	return swap(part, path)
}

// swap puts the folder part in the place of the one at path, which is there again if that fails.
func swap(part, path string) error {
	old := atomicfile.Aside(path)
	err := os.Rename(path, old)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		os.Rename(old, path)
		return err
	}
	return os.RemoveAll(old)
}

// fill writes all files of the page into an empty folder.
func fill(dir string, o Options) error {
	d, err := describe(o)
	if err != nil {
		return err
	}
	if err := d.writeModel(dir, o); err != nil {
		return err
	}
	for _, files := range []fs.FS{page.Shared(), page.Sub(site, "site")} {
		if err := os.CopyFS(dir, files); err != nil {
			return err
		}
	}
	if err := os.CopyFS(filepath.Join(dir, "ort"), os.DirFS(o.Runtime)); err != nil {
		return err
	}
	if d.Files, err = files(dir); err != nil {
		return err
	}
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, DescriptionFile), text, 0o644)
}

// describe finds out what the page is to know, beside the files of the model.
func describe(o Options) (d description, err error) {
	c := o.Decoder.Contract()
	d = description{
		Title: cmp.Or(o.Title, "Latent space"), ModelID: c.ModelID, Latent: c.Latent,
		Image: size{c.C, c.H, c.W}, Classes: o.Decoder.Classes(), Groups: c.Metadata.LatentGroups,
		Likelihood: c.Metadata.Likelihood, Check: c.Metadata.Check,
	}
	if c.Metadata.Prior != nil { // its latent space has no groups
		d.Groups = nil
	}
	switch c.Metadata.Likelihood {
	case contract.Gaussian:
		d.Scale = c.Metadata.Sigma
	case contract.Logistic:
		d.Scale = c.Metadata.Scale
	}
	f := o.Decoder.Framing()
	d.Framing = framing{string(cmp.Or(f.Fit, "crop")), f.Background.String(), f.Scale}
	if activity, ok := o.Decoder.StoredActivity(); ok {
		d.Activity = activity
	} else if o.Points != nil {
		// What cannot be measured, of a single point, is left out.
		d.Activity, _ = latent.MeasureActivity(latent.Of(o.Points.Codes...), o.Decoder.Noise())
	}
	if o.Mixture != nil {
		if d.Mixture, err = factored(o.Mixture); err != nil {
			return d, err
		}
	}
	for _, a := range o.Attributes {
		name := a.Toward
		if a.AwayFrom != "" {
			name = a.AwayFrom + " → " + a.Toward
		}
		d.Attributes = append(d.Attributes, attribute{cmp.Or(name, "attribute"), a.Direction})
	}
	return d, nil
}

// writeModel writes the files of the model into the page's folder, and says what they are.
func (d *description) writeModel(dir string, o Options) (err error) {
	if err := os.Mkdir(filepath.Join(dir, modelFolder), 0o755); err != nil {
		return err
	}
	if d.Decoder, err = writeGraph(dir, "decoder.onnx", o.Decoder); err != nil {
		return err
	}
	if o.Encoder != nil {
		g, err := writeGraph(dir, "encoder.onnx", o.Encoder)
		if err != nil {
			return err
		}
		d.Encoder = &g
	}
	if o.Detector != nil {
		text, err := o.Detector.MarshalText()
		if err != nil {
			return err
		}
		if d.Detector, err = put(dir, "detector.json", text); err != nil {
			return err
		}
	}
	if o.Sampler != nil {
		data, tensors, err := o.Sampler.PriorFile()
		if err != nil {
			return err
		}
		name, err := put(dir, "prior.onnx", data)
		if err != nil {
			return err
		}
		d.Prior = &priorGraph{name, tensors}
	}
	if o.Points != nil {
		d.Points, err = o.Points.write(dir, o.Decoder.Noise())
	}
	return err
}

// modelFolder is the one of the files of the model in a page's folder.
const modelFolder = "model"

// put writes a file of the model, and returns the name by which the page asks for it.
func put(dir, name string, data []byte) (string, error) {
	return modelFolder + "/" + name, os.WriteFile(filepath.Join(dir, modelFolder, name), data, 0o644)
}

// file is a session whose model goes into the folder.
type file interface {
	File() ([]byte, error)
	Tensors() infer.Tensors
}

func writeGraph(dir, name string, s file) (graph, error) {
	data, err := s.File()
	if err != nil {
		return graph{}, err
	}
	name, err = put(dir, name, data)
	return graph{name, s.Tensors()}, err
}

func factored(m *latent.Mixture) (*mixture, error) {
	if m.ByClass {
		return nil, latent.ErrByClass
	}
	factors, err := m.Factors()
	if err != nil {
		return nil, err
	}
	f := &mixture{Weights: m.Weights, Means: m.Means}
	for _, l := range factors {
		var rows []float64
		for r := range m.Latent {
			for c := range r + 1 {
				rows = append(rows, l.At(r, c))
			}
		}
		f.Factors = append(f.Factors, rows)
	}
	return f, nil
}
