package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"govae/adapt"
	"govae/cmd/internal/cli"
	"govae/cmd/internal/foreign"
	"govae/dataset"
	"govae/engine"
	"govae/engine/onnxruntime"
	"govae/infer"
	"govae/onnx"
)

// modelFlags say which files are run, and by what. All subcommands have them.
type modelFlags struct {
	noted                                       bool // the note on the engine is out
	app                                         *cli.App
	decoder, encoder, engine, provider, library string
	label                                       string // a class
	foreign                                     foreign.Flags
}

func (m *modelFlags) flags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&m.decoder, "decoder", "decoder.onnx", "decoder file")
	f.StringVar(&m.encoder, "encoder", "", "encoder file (default: encoder.onnx beside the decoder)")
	f.StringVar(&m.label, "label", "", "`CLASS` of a conditional model, name or number (default: that of each image; all when sampling)")
	f.StringVar(&m.engine, "engine", "auto", "what runs the files: auto, onnxruntime or go (pure Go)")
	m.foreign.Add(f)
	f.StringVar(&m.provider, "provider", "cpu", "where ONNX Runtime runs them: "+strings.Join(engine.Providers(), ", "))
	f.StringVar(&m.library, "library", "", "ONNX Runtime library file (default: see 'vae-infer runtime')")
}

// unused refuses flags of all subcommands that one has no use for.
func (m *modelFlags) unused(cmd *cobra.Command, flags ...string) error {
	flag := cli.Given(cmd.Flags(), flags...)
	return cli.Want(flag == "", "%s: %s has no use for it", flag, cmd.CommandPath())
}

func (m *modelFlags) encoderPath() string {
	if m.encoder != "" {
		return m.encoder
	}
	return filepath.Join(filepath.Dir(m.decoder), "encoder.onnx")
}

// classifierPath is the classifier that vae-export writes beside the decoder.
func (m *modelFlags) classifierPath() string {
	return filepath.Join(filepath.Dir(m.decoder), "classifier.onnx")
}

// checkOutputs is [cli.CheckOutputs] of a command that runs the model.
func (m *modelFlags) checkOutputs(inputs []string, outputs ...string) error {
	return cli.CheckOutputs([]string{m.decoder, m.encoderPath()}, inputs, outputs...)
}

// options checks the flags and returns what they ask for.
func (m *modelFlags) options() (infer.Options, error) {
	e := engine.Options{Name: m.engine, Library: m.library, Provider: m.provider}
	if m.encoder != "" && !exists(m.encoder) { // which not all commands read
		return infer.Options{}, fmt.Errorf("%s: no such file; write it with vae-export", m.encoder)
	}
	told, err := m.foreign.Options()
	if err != nil {
		return infer.Options{}, err
	}
	o := infer.Options{Engine: e, Foreign: told, Threads: m.app.Threads}
	err = o.Check()
	if e.Names()[0] == "go" && m.library != "" {
		return o, cli.Usagef("--library %s: belongs to ONNX Runtime, not to --engine %s", m.library, m.engine)
	}
	if wrong, ok := errors.AsType[*engine.OptionError](e.Check()); ok {
		flag := map[string]string{"Name": "engine", "Provider": "provider"}[wrong.Option]
		err = cli.Usagef("--%s %s: want %s", flag, wrong.Value, wrong.Want)
	}
	if e, ok := errors.AsType[*engine.ProcessorError](err); ok {
		err = cli.Usagef("--provider %s: --engine go runs on the cpu alone", e.Provider)
	}
	return o, err
}

// model is a session or a pair of them.
type model interface {
	dataset.Taker
	Fingerprint() string
	Engine() string
	Note() error
	Adapted() []string
	Close() error
}

// jobOf returns what the results of a model depend on: the model, its engine, and rest.
func jobOf(m model, rest map[string]string) map[string]string {
	job := map[string]string{"model": m.Fingerprint(), "engine": m.Engine(), "program": cli.Version()}
	maps.Copy(job, rest)
	return job
}

// openAs opens a file by a function of package infer, with the engine that the flags ask
// for.
func openAs[S model](m *modelFlags, path string, open func(string, infer.Options) (S, error)) (none S, err error) {
	o, err := m.options()
	if err != nil {
		return none, err
	}
	if err := m.checkForeign(path); err != nil {
		return none, err
	}
	s, err := open(path, o)
	if _, library := errors.AsType[*onnxruntime.LibraryError](err); errors.Is(err, fs.ErrNotExist) && !library {
		err = fmt.Errorf("%w; write it with vae-export", err)
	}
	if err != nil {
		return none, err
	}
	if strings.HasPrefix(s.Engine(), "onnxruntime") && o.Threads > 1 {
		// A goroutine that is in the library has given its processor up to others, and
		// waits for one when it comes back: one more saves most of these waits.
		runtime.GOMAXPROCS(o.Threads + 1)
	}
	if s.Note() != nil && !m.noted {
		m.noted = true // also where it cannot be remembered
		m.app.NoteOnce("%v", advise(s.Note()))
	}
	foreign.Note(m.app, path, s.Adapted())
	return s, nil
}

// checkForeign refuses flags about files of other programs if there are no such files.
func (m *modelFlags) checkForeign(path string) error {
	flag := m.foreign.Given()
	if flag == "" || slices.ContainsFunc([]string{m.decoder, m.encoderPath()}, isForeign) {
		return nil
	}
	model, err := onnx.ReadFile(path)
	return cli.Want(err != nil || adapt.Foreign(model), "%s: tells of files of other programs, and %s is none", flag, path)
}

// openDecoder opens the decoder for images of the class --label, if it is conditional.
func (m *modelFlags) openDecoder() (*infer.Decoder, error) {
	decoder, err := m.openUnlabelled()
	if err != nil {
		return nil, err
	}
	labelled, err := ofClass(m, decoder)
	if err != nil {
		decoder.Close()
	}
	return labelled, err
}

// openUnlabelled opens the decoder. If it is of another program, its encoder, if there is one, may
// answer what it leaves open.
func (m *modelFlags) openUnlabelled() (*infer.Decoder, error) {
	decoder, err := openAs(m, m.decoder, infer.OpenDecoder)
	if _, open := errors.AsType[*adapt.Question](err); open && exists(m.encoderPath()) {
		if pair, _ := m.openPair(); pair != nil {
			pair.Encoder.Close()
			decoder, err = pair.Decoder, nil
		}
	}
	return decoder, err
}

// openEncoder opens the encoder. If it is of another program, its decoder, if there is one, may say
// what images it takes.
func (m *modelFlags) openEncoder() (*infer.Encoder, error) {
	if exists(m.decoder) && isForeign(m.encoderPath()) {
		if pair, _ := m.openPair(); pair != nil {
			pair.Decoder.Close()
			return pair.Encoder, nil
		}
	}
	return openAs(m, m.encoderPath(), infer.OpenEncoder)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// isForeign reports whether a file is of another program.
func isForeign(path string) bool {
	model, err := onnx.ReadFile(path)
	return err == nil && adapt.Foreign(model)
}

// openPair opens the decoder and the encoder of one model.
func (m *modelFlags) openPair() (*infer.Pair, error) {
	return openAs(m, m.decoder, func(decoder string, o infer.Options) (*infer.Pair, error) {
		return infer.OpenPair(decoder, m.encoderPath(), o)
	})
}
