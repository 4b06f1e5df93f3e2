package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/infer"
	"govae/internal/atomicfile"
	"govae/internal/printable"
)

func classify(m *modelFlags) *cobra.Command {
	c := classification{modelFlags: m}
	cmd := &cobra.Command{
		Use:   "classify [FILE…]",
		Short: "Tell the classes of images",
		Long: `Tell the class of each image, with the classifier that vae-export writes beside the
decoder of a model that has one: vae-train fits one where few images have labels, and with
--classifier.

The table has one row per image: its name, its label where it has one, the class that is
most probable and its probability. An --out that ends in .json is a report instead, with
the probabilities of all classes. Where images have labels the share of those is told whose
class is another one.`,
		Example: `  vae-infer classify --data mnist
  vae-infer classify photos/ --classifier photos-model/classifier.onnx
  vae-infer classify seven.png --out classes.json`,
		RunE: func(cmd *cobra.Command, files []string) error {
			c.file = cmp.Or(c.file, m.classifierPath())
			if err := cmp.Or(
				c.in.check(files),
				cli.Want(c.label == "", "--label %s: classify tells the classes itself", c.label),
				cli.Want(c.out != "", "--out is empty: give a file"),
				cli.CheckOutputs([]string{c.file}, append(files, c.in.data), c.out),
				cli.Ending("--out", c.out, "", ".csv", ".json"),
			); err != nil {
				return err
			}
			return c.run(cmd.Context(), files)
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.file, "classifier", "", "classifier file (default: classifier.onnx beside the decoder)")
	f.StringVar(&c.out, "out", "classes.csv", "file for the table, or the report if it ends in .json")
	c.in.flags(cmd, 0)
	return cmd
}

type classification struct {
	*modelFlags
	in        inputFlags
	file, out string
}

// classReport is the JSON file.
type classReport struct {
	Data    string       `json:"data,omitempty"` // empty for files that were named
	Split   string       `json:"split,omitempty"`
	ModelID string       `json:"model_id,omitempty"`
	Engine  string       `json:"engine"`
	Classes []string     `json:"classes"`
	Error   *float64     `json:"error,omitempty"` // the share of images with a label of its classes that have another one
	Images  []classGuess `json:"images"`
}

type classGuess struct {
	Image         string    `json:"image"`
	Label         string    `json:"label,omitempty"`
	Class         string    `json:"class"`
	Probability   float64   `json:"probability"`
	Probabilities []float32 `json:"probabilities"` // in the order of the classes
}

func (c *classification) run(ctx context.Context, files []string) error {
	classifier, err := openAs(c.modelFlags, c.file, infer.OpenClassifier)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w, of a model that was trained with vae-train --conditional and labels for some images, or for all and --classifier", err)
	}
	if err != nil {
		return err
	}
	defer classifier.Close()
	x, err := c.in.load(ctx, c.app, classifier, files)
	if err != nil {
		return err
	}
	p := c.app.Progress(x.Len(), "images")
	defer p.Stop()
	guesses := cli.Counted(p, classifier.ClassifyAll(ctx, x.All()))
	var all []infer.Guess
	if strings.ToLower(filepath.Ext(c.out)) == ".json" {
		all, err = c.report(classifier, x, guesses)
	} else {
		all, err = infer.WriteGuesses(c.out, x, classifier.Classes(), guesses)
	}
	if err != nil {
		return err
	}
	result := ""
	wrong, unknown, ok := errorRate(classifier.Classes(), x, all)
	if ok {
		result = fmt.Sprintf(", %.2f %% of another class than their label", 100*wrong)
	}
	if unknown != nil {
		c.app.Notef("%s of classes that the classifier does not know, which do not count: %s", printable.Count(len(unknown), "image is", "images are"), printable.Names(slices.Compact(slices.Sorted(slices.Values(unknown)))))
	}
	c.app.Wrotef(c.out, "%s: %s%s, by %s in %.2f s", c.out, printable.Count(x.Len(), "image", "images"), result, classifier.Engine(), p.Done())
	return nil
}

// report writes the JSON file.
func (c *classification) report(classifier *infer.Classifier, x dataset.Selection, guesses iter.Seq2[infer.Guess, error]) (all []infer.Guess, err error) {
	r := classReport{Data: c.in.data, Split: string(x.Split), ModelID: classifier.Space().ModelID, Engine: classifier.Engine(), Classes: classifier.Classes()}
	for g, err := range guesses {
		if err != nil {
			return nil, err
		}
		i := len(all)
		all = append(all, g)
		r.Images = append(r.Images, classGuess{x.Name(i), x.Class(i), r.Classes[g.Class], g.Probability, g.Probabilities})
	}
	if wrong, _, ok := errorRate(r.Classes, x, all); ok {
		r.Error = &wrong
	}
	return all, atomicfile.Write(c.out, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", " ")
		return e.Encode(r)
	})
}

// errorRate is the share of images whose class differs from their label, among those whose label is
// one of the classes. unknown are the labels of all others. ok is false if all are unknown.
func errorRate(classes []string, x dataset.Selection, all []infer.Guess) (rate float64, unknown []string, ok bool) {
	if x.Labels == nil {
		return 0, nil, false
	}
	wrong := 0
	for i, g := range all {
		switch label := x.Class(i); {
		case !slices.Contains(classes, label):
			unknown = append(unknown, label)
		case classes[g.Class] != label:
			wrong++
		}
	}
	known := len(all) - len(unknown)
	return float64(wrong) / float64(max(1, known)), unknown, known > 0
}
