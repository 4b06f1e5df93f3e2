package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"govae/engine"
	"govae/infer"
	"govae/internal/cli"
)

// modelFlags say which files are run, and by what. All subcommands have them.
type modelFlags struct {
	noted                                       bool // the note on the engine is out
	app                                         *cli.App
	decoder, encoder, engine, provider, library string
	layout                                      string
}

func (m *modelFlags) flags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&m.decoder, "decoder", "decoder.onnx", "decoder file")
	f.StringVar(&m.encoder, "encoder", "", "encoder file (default: encoder.onnx beside the decoder)")
	f.StringVar(&m.engine, "engine", "auto", "what runs the files: auto, onnxruntime or go (pure Go)")
	f.StringVar(&m.layout, "layout", "", "how files of other programs have images, where they do not tell: nchw or nhwc")
	f.StringVar(&m.provider, "provider", "cpu", "where ONNX Runtime runs them: "+strings.Join(engine.Providers(), ", "))
	f.StringVar(&m.library, "library", "", "ONNX Runtime library file (default: see 'vae-infer runtime')")
}

// encoderPath returns the encoder's file.
func (m *modelFlags) encoderPath() string {
	if m.encoder != "" {
		return m.encoder
	}
	return filepath.Join(filepath.Dir(m.decoder), "encoder.onnx")
}

// checkOutputs is [cli.CheckOutputs] of a command that runs the model.
func (m *modelFlags) checkOutputs(inputs []string, outputs ...string) error {
	return cli.CheckOutputs([]string{m.decoder, m.encoderPath()}, inputs, outputs...)
}

// options checks the flags and returns what they ask for.
func (m *modelFlags) options() (o infer.Options, err error) {
	if m.engine == "gonum" { // its old name
		m.engine = "go"
	}
	switch {
	case !slices.Contains(engine.Providers(), m.provider):
		return o, cli.Usagef("--provider %s: want one of %s", m.provider, strings.Join(engine.Providers(), ", "))
	case m.engine == "go" && m.provider != "cpu":
		return o, cli.Usagef("--provider %s: --engine go runs on the cpu alone", m.provider)
	case m.layout != "" && m.layout != "nchw" && m.layout != "nhwc":
		return o, cli.Usagef("--layout %s: want nchw or nhwc", m.layout)
	case m.engine != "auto" && m.engine != "onnxruntime" && m.engine != "go":
		return o, cli.Usagef("--engine %s: want auto, onnxruntime or go", m.engine)
	}
	e := engine.Options{Name: m.engine, Library: m.library, Provider: m.provider}
	return infer.Options{Engine: e, Layout: m.layout, Threads: m.app.Threads}, nil
}

// openAs opens a file by a function of package infer, with the engine that the flags ask
// for.
func openAs[S infer.Session](m *modelFlags, path string, open func(string, infer.Options) (S, error)) (none S, err error) {
	o, err := m.options()
	if err != nil {
		return none, err
	}
	s, err := open(path, o)
	if errors.Is(err, fs.ErrNotExist) {
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
	if err == nil && s.Note() != nil && !m.noted {
		m.noted = true
		m.app.Notef("%v", advise(s.Note()))
	}
	return s, nil
}

// openDecoder opens the decoder.
func (m *modelFlags) openDecoder() (*infer.Decoder, error) {
	return openAs(m, m.decoder, infer.OpenDecoder)
}

// openEncoder opens the encoder.
func (m *modelFlags) openEncoder() (*infer.Encoder, error) {
	return openAs(m, m.encoderPath(), infer.OpenEncoder)
}

// pairOf opens the encoder that belongs to a decoder.
func (m *modelFlags) pairOf(decoder *infer.Decoder) (*infer.Pair, error) {
	encoder, err := m.openEncoder()
	if err != nil {
		return nil, err
	}
	pair, err := infer.PairOf(decoder, encoder)
	if err != nil {
		encoder.Close()
	}
	return pair, err
}

// openPair opens the decoder and the encoder of one model.
func (m *modelFlags) openPair() (*infer.Pair, error) {
	decoder, err := m.openDecoder()
	if err != nil {
		return nil, err
	}
	pair, err := m.pairOf(decoder)
	if err != nil {
		decoder.Close()
	}
	return pair, err
}
