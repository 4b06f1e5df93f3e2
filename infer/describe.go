package infer

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"govae/engine"
	"govae/internal/printable"
	"govae/onnx"
)

// Describe prints what the ONNX file at path holds: which part of a VAE it is, if any, which
// engines run it, and what [onnx.Model.Describe] says. It describes every file whose structure
// is right, and runs one of another program to find out what its tensors mean. advise, if not
// nil, may add to the error that says why the file is no part of a VAE.
func Describe(out io.Writer, path string, o Options, advise func(error) error) error {
	model, err := onnx.ReadFile(path)
	if err != nil {
		return err
	}
	if err := model.CheckStructure(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	stat, err := os.Stat(path)
	if err != nil {
		return err
	}
	role := describeRole(source{name: path, model: model}, o, advise)
	if _, err := fmt.Fprintf(out, "%s: %s\n", path, role); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "runs in %s\n", runsIn(model, o.Engine)); err != nil {
		return err
	}
	return model.Describe(out, stat.Size())
}

// describeRole says in a line what a file is of a VAE, or why it is nothing of one.
func describeRole(s source, o Options, advise func(error) error) string {
	if _, err := engine.New(o.Engine); err != nil { // the pure-Go engine is enough to look at a file
		o.Engine = engine.Options{Name: "go"}
	}
	s = s.understood(o, nil)
	c, err := Contract{}, cmp.Or(errors.Unwrap(s.err), s.err)
	if s.err == nil {
		c, err = ReadContract(s.model)
	}
	if err != nil {
		if advise != nil {
			err = advise(err)
		}
		return fmt.Sprintf("not a VAE's decoder or encoder: %v", err)
	}
	if c.Role == RoleClassifier {
		return fmt.Sprintf("classifier beside a VAE, images %dx%dx%d (CxHxW), tells %d classes: %s", c.C, c.H, c.W, c.Classes, printable.Names(c.ClassNames()))
	}
	role := fmt.Sprintf("VAE %v, images %dx%dx%d (CxHxW)", c.Role, c.C, c.H, c.W)
	if c.Latent > 0 {
		role += fmt.Sprintf(", latent %d", c.Latent)
	}
	for i, g := range c.Metadata.LatentGroups {
		separator := ", "
		if i == 0 {
			separator = ": groups "
		}
		role += fmt.Sprintf("%s%s (%d)", separator, printable.Name(g.Name), g.Size)
	}
	if p := c.Metadata.Prior; p != nil {
		role += fmt.Sprintf(", drawn from %v", p)
	}
	if c.Classes > 0 {
		role += fmt.Sprintf(", conditional on %d classes: %s", c.Classes, printable.Names(c.ClassNames()))
	}
	if s.adapted != nil {
		role += "; of another program: " + strings.Join(s.adapted, "; ")
	}
	return role
}

// runsIn says which engines run a model, and why others do not.
func runsIn(m *onnx.Model, o engine.Options) string {
	var runs, others []string
	for _, name := range []string{"onnxruntime", "go"} {
		e, err := engine.New(engine.Options{Name: name, Library: o.Library})
		if err != nil { // no such library
			others = append(others, fmt.Sprintf("%s was not tried: %v", name, err))
			continue
		}
		p, err := e.Load(m)
		if err != nil {
			if u, ok := errors.AsType[*onnx.UnsupportedError](err); ok {
				err = u
			}
			others = append(others, fmt.Sprintf("not in %s: %v", name, err))
			continue
		}
		p.Close()
		runs = append(runs, e.Name())
	}
	if len(runs) == 0 {
		runs = []string{"none of the engines"}
	}
	return strings.Join(append([]string{strings.Join(runs, " and ")}, others...), "; ")
}
