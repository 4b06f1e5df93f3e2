package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"govae/anomaly"
	"govae/cmd/internal/cli"
	"govae/dataset"
	"govae/images"
	"govae/infer"
	"govae/internal/printable"
	"govae/picture"
	"govae/sink"
)

// detection says how a detector is fitted and used, and what is written.
type detection struct {
	calibrate, nats, force bool
	falseAlarms            float64
	normal                 []string
	heat, roc              string
	given                  *pflag.FlagSet
}

func (d *detection) flags(f *pflag.FlagSet) {
	d.given = f
	f.BoolVar(&d.calibrate, "calibrate", false, "learn from normal images, the train split of --data, what is odd, and keep it in the encoder's file")
	f.StringSliceVar(&d.normal, "normal", nil, "`CLASSES` that are normal (default: those that it was calibrated with, or else good, normal or ok)")
	f.Float64Var(&d.falseAlarms, "false-alarms", 0.01, "share of normal images that may be called odd")
	f.StringVar(&d.heat, "heatmap", "", "folder for each image beside the same with the odd places coloured")
	f.StringVar(&d.roc, "roc", "", "picture of what is found at the price of which false alarms, where images have classes")
	f.BoolVar(&d.nats, "nats", false, "estimate log-likelihoods, also with a detector")
	f.BoolVar(&d.force, "force", false, "write into a folder that already holds images")
}

// check finds mistakes in the flags.
func (d *detection) check() error {
	needed, drawn, written := d.needed(), d.drawn(), cli.Given(d.given, "heatmap", "roc", "nats", "sheet", "out")
	return cmp.Or(
		cli.Want(d.falseAlarms > 0 && d.falseAlarms < 1, "--false-alarms %g: want a share between 0 and 1, such as 0.01", d.falseAlarms),
		cli.Want(!d.calibrate || written == "", "--calibrate learns, and scores no images: give %s to a later call", written),
		cli.Want(!d.calibrate || drawn != "--seed", "--seed determines draws of log-likelihoods, and --calibrate makes none"),
		cli.Want(d.calibrate || needed == "" || drawn == "", "%s is for log-likelihoods, which make no use of the detector that %s needs", drawn, needed),
		cli.Want(!d.nats || needed == "", "--nats makes no use of the detector that %s needs", needed),
		cli.Want(!strings.EqualFold(filepath.Ext(d.heat), ".png"), "--heatmap %s: is to be a folder of pictures; give its name", d.heat),
		cli.When(d.heat != "", sink.Check(d.heat, sink.Options{Force: d.force})),
	)
}

// drawn is a flag that was given and is about draws for log-likelihoods, or empty.
func (d *detection) drawn() string { return cli.Given(d.given, "draws", "seed") }

// needed is a flag that was given and needs a detector, or empty.
func (d *detection) needed() string {
	return cli.Given(d.given, "heatmap", "roc", "normal", "false-alarms")
}

// detector returns the detector in the encoder's file; nil if log-likelihoods are asked for, or if
// the file has none and no flag needs one.
func (d *detection) detector(pair *infer.Pair) (*anomaly.Detector, error) {
	if d.nats || d.drawn() != "" && d.needed() == "" {
		return nil, nil
	}
	detector, err := pair.Detector()
	if _, missing := errors.AsType[*infer.NoDetectorError](err); missing && d.needed() == "" {
		return nil, nil
	}
	if err == nil && d.given.Changed("false-alarms") {
		detector.FalseAlarms = d.falseAlarms
	}
	return detector, err
}

// learn fits a detector to normal images and puts it into the encoder's file.
func (s *scoring) learn(ctx context.Context, pair *infer.Pair, x dataset.Selection) error {
	normal, err := s.learnt(x)
	if err != nil {
		return err
	}
	x, unseen, others, err := s.unseen(ctx, pair, x, normal)
	if err != nil {
		return err
	}
	if x, err = s.alike(x, normal); err != nil {
		return err
	}
	o := anomaly.Options{FalseAlarms: s.falseAlarms, Normal: normal}
	if s.given.Changed("draws") {
		o.Draws = s.options.Draws
	}
	of := ""
	if normal != nil {
		of = " of " + printable.Names(normal)
	}
	alarms, doubt := "false alarms", ""
	if n := unseen.Len(); n >= anomaly.LeastUnseen {
		held, err := forImages(s.modelFlags, pair, unseen)
		if err != nil {
			return err
		}
		o.Unseen = held.Samples(ctx, unseen.All(), o.Draws)
		of += fmt.Sprintf(" and %d that were held out", n)
		if others {
			doubt = fmt.Sprintf("the model was validated with images of other data: if it was trained on the %d that were held out here, more of others will be called odd; give --data as in training", n)
		}
	} else if s.in.split != string(dataset.TestSplit) {
		alarms = "of images that the model knows"
		why := "a model trained with --val-fraction 0.1 has images to set it by"
		switch {
		case others:
			why = "the images that the model was validated with would do, but these are other data: give --data and --limit as in training, and no --split"
		case n > 0:
			why = fmt.Sprintf("%s held out, and %d are needed to set it by: more images, or a larger --val-fraction of the model", printable.Count(n, "image was", "images were"), anomaly.LeastUnseen)
		}
		doubt = "the threshold is set on images that the model may have been trained on: of others more will be called odd; " + why
	}
	if pair, err = forImages(s.modelFlags, pair, x); err != nil { // x may have fewer images now
		return err
	}
	p := s.app.Progress(x.Len(), "images")
	defer p.Stop()
	detector, err := pair.FitDetector(ctx, cli.Counted(p, x.All()), o)
	if err != nil {
		return err
	}
	if err := infer.WriteDetector(s.encoderPath(), detector); err != nil {
		return err
	}
	if doubt != "" {
		s.app.Notef("%s", doubt)
	}
	some := fmt.Sprint(detector.Pictures)
	if n := x.Len(); n > detector.Pictures {
		some += fmt.Sprintf(" of %d", n)
	}
	s.app.Printf("%s: learnt from %s images%s; a score of %.2f or more is odd (%g %% %s), by %s in %.2f s",
		s.encoderPath(), some, of, detector.Threshold(), 100*detector.FalseAlarms, alarms, pair.Engine(), p.Done())
	return nil
}

// unseen returns images of the normal classes that are known not to be training images, and what is left of x:
// the ones that the model was validated with, or if these are too few to set a threshold, those that the source
// holds out, unless the flags choose a split. If both are too few, it returns the larger set. others is true if
// the model was validated with images of other data than x.
func (s *scoring) unseen(ctx context.Context, pair *infer.Pair, x dataset.Selection, normal []string) (rest, unseen dataset.Selection, others bool, err error) {
	unseen = dataset.Selection{Images: &images.Set{}}
	if v := pair.Encoder.Contract().Metadata.Validation; v != nil {
		rest, held, ok := x.HoldOut(*v)
		if others = !ok; ok {
			if unseen, err = s.alike(held, normal); err != nil || unseen.Len() >= anomaly.LeastUnseen {
				return rest, unseen, false, err
			}
		}
	}
	if s.in.data == "" || s.given.Changed("split") {
		return x, unseen, others, nil
	}
	held, err := s.in.loadSplit(ctx, pair, dataset.UnseenSplit)
	if err != nil {
		return x, held, others, err
	}
	if held, err = s.alike(held, normal); err == nil && held.Len() > unseen.Len() {
		unseen = held
	}
	return x, unseen, others, err
}

// alike returns the images of x that are of the normal classes.
func (s *scoring) alike(x dataset.Selection, normal []string) (dataset.Selection, error) {
	if x.Labels == nil {
		return x, nil
	}
	if normal == nil { // of images without classes
		normal = anomaly.NormalClasses(x.Classes, nil)
	}
	return ofClasses(x, normal)
}

// ofClasses returns the images of these classes.
func ofClasses(x dataset.Selection, classes []string) (dataset.Selection, error) {
	var index []int
	for i := range x.Len() {
		if slices.Contains(classes, x.Class(i)) {
			index = append(index, i)
		}
	}
	return x.Choose(index)
}

// learnt returns the classes --normal, by default all of which there are images; nil if x has none.
func (s *scoring) learnt(x dataset.Selection) ([]string, error) {
	if len(s.normal) == 0 {
		var classes []string
		for _, label := range x.Labels {
			if class := x.Classes[label]; !slices.Contains(classes, class) {
				classes = append(classes, class)
			}
		}
		return slices.Sorted(slices.Values(classes)), nil
	}
	if x.Labels == nil {
		return nil, unlabelled(s.source(), "--normal")
	}
	return s.namedNormal(x)
}

// source is what errors call the images.
func (s *scoring) source() string { return cmp.Or(s.in.data, "the images") }

// namedNormal returns the names of the classes --normal, which may be given by number.
func (s *scoring) namedNormal(x dataset.Selection) (names []string, err error) {
	for _, class := range s.normal {
		label, err := x.Label(class)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.source(), err)
		}
		names = append(names, x.Classes[label])
	}
	return names, nil
}

// judge writes what a detector finds about images.
func (s *scoring) judge(ctx context.Context, pair *infer.Pair, d *anomaly.Detector, x dataset.Selection) error {
	normal, err := s.normalClasses(d, x)
	if err != nil {
		return err
	}
	p := s.app.Progress(x.Len(), "images")
	defer p.Stop()
	verdicts := cli.Counted(p, pair.Judge(ctx, d, x.All()))
	if s.heat != "" {
		if verdicts, err = s.writeHeat(x, verdicts); err != nil {
			return err
		}
	}
	all, err := infer.WriteVerdicts(s.out, x, verdicts)
	if err != nil {
		return err
	}
	scores, classes, odd, known := make([]float64, len(all)), make([]string, len(all)), 0, 0
	for i, v := range all {
		scores[i], classes[i] = v.Score, x.Class(i)
		if v.Known {
			known++
		}
		if v.Odd {
			odd++
		}
	}
	if s.sheet != "" {
		if err := writeOddest(s.sheet, x, scores); err != nil {
			return err
		}
	}
	s.app.Wrotef(s.out, "%s: %s, %d odd (a score of %.2f or more), by %s in %.2f s", s.out, printable.Count(x.Len(), "image", "images"), odd, d.Threshold(), pair.Engine(), p.Done())
	if s.heat != "" {
		s.app.Wrotef(s.out, "%s: a heat map for each row of %s, in its order", s.heat, s.out)
	}
	if x.Labels == nil {
		return nil
	}
	told := pair.Decoder.Classes() != nil && s.label == ""
	return s.assess(scores, classes, normal, d.Threshold(), known, told)
}

// assess prints how well scores tell the normal classes from the others. known is the number of
// images that the detector has seen before. told means that the model was given the class of each image, and so which are odd.
func (s *scoring) assess(scores []float64, classes, normal []string, threshold float64, known int, told bool) error {
	a, err := anomaly.Assess(scores, classes, normal, threshold)
	if err != nil {
		present := slices.Compact(slices.Sorted(slices.Values(classes)))
		unknown := !slices.ContainsFunc(present, func(class string) bool { return slices.Contains(normal, class) })
		switch {
		case s.shard.active(): // the classes that are missing may be in another part
		case s.given.Changed("normal"):
			s.app.Notef("%v", err)
		case unknown && len(present) > 1: // one class may well be all that there is
			s.app.Notef("which of the classes %s are normal is not known: name them by --normal for AUROC and average precision", printable.Names(present))
		}
		return nil // there is nothing to compare
	}
	if told {
		s.app.Notef("the model was told the class of each image, so the figures of the others mean little: --label CLASS gives all images one class")
	}
	if known > 0 {
		s.app.Notef("%s among those that the detector has learnt from, or hardly told from one: figures of others are worse; score images that it has not seen", printable.Count(known, "image is", "images are"))
	}
	s.app.Wrotef(s.out, "normal: %s (%s), %.1f %% false alarms", printable.Names(normal), printable.Count(a.Normal, "image", "images"), 100*a.FalseAlarms)
	var curves []picture.ROCCurve
	for _, q := range a.Odd {
		name := cmp.Or(q.Class, "all others")
		s.app.Wrotef(s.out, "%s (%s): AUROC %.3f, average precision %.3f, %.1f %% found", name, printable.Count(q.Pictures, "image", "images"), q.AUROC, q.AveragePrecision, 100*q.Found)
		c := picture.ROCCurve{Name: fmt.Sprintf("%s %.3f", name, q.AUROC)}
		for _, r := range q.Curve {
			c.FalseAlarms, c.Found = append(c.FalseAlarms, r.FalseAlarms), append(c.Found, r.Found)
		}
		if q.Class != "" || len(a.Odd) > 2 { // else the one class is all others
			curves = append(curves, c)
		}
	}
	if s.roc != "" {
		return picture.ROC(s.roc, curves...)
	}
	return nil
}

// normalClasses are the classes of x that are normal; nil if it has no classes or none is
// known to be.
func (s *scoring) normalClasses(d *anomaly.Detector, x dataset.Selection) ([]string, error) {
	if x.Labels == nil {
		if flag := cli.Given(s.given, "roc", "normal"); flag != "" {
			return nil, unlabelled(s.source(), flag)
		}
		return nil, nil
	}
	normal, err := anomaly.NormalClasses(x.Classes, d.Normal), error(nil)
	if len(s.normal) > 0 {
		normal, err = s.namedNormal(x)
	}
	if err != nil || s.roc == "" {
		return normal, err
	}
	if normal == nil {
		return nil, cli.Usagef("--roc: which of the classes %s are normal? say so with --normal", printable.Names(x.Classes))
	}
	usual, err := ofClasses(x, normal)
	if err != nil {
		return nil, err
	}
	if n := usual.Len(); n == 0 || n == x.Len() {
		return nil, cli.Usagef("--roc: of %d images %d are of the normal classes (%s): want some of these and some of others; --normal says which are normal", x.Len(), n, printable.Names(normal))
	}
	return normal, nil
}

// writeHeat writes the heat map of each image as its verdict comes, and returns the verdicts.
func (s *scoring) writeHeat(x dataset.Selection, verdicts iter.Seq2[anomaly.Verdict, error]) (iter.Seq2[anomaly.Verdict, error], error) {
	var all []anomaly.Verdict
	shape := picture.Heat(x.Image(0), make([]float32, x.H*x.W)).Shape
	err := sink.Write(s.heat, sink.Options{N: x.Len(), Shape: shape, Force: s.force, Threads: s.app.Threads}, func(int) iter.Seq2[images.Image, error] {
		return func(yield func(images.Image, error) bool) {
			for v, err := range verdicts {
				var m images.Image
				if err == nil {
					m = picture.Heat(v.Picture, v.Heat)
					v.Sample, v.Heat = anomaly.Sample{}, nil
					all = append(all, v)
				}
				if !yield(m, err) {
					return
				}
			}
		}
	})
	return func(yield func(anomaly.Verdict, error) bool) {
		for _, v := range all {
			if !yield(v, nil) {
				return
			}
		}
	}, err
}

// writeOddest writes a picture of the images with the highest and the lowest scores.
func writeOddest(path string, x dataset.Selection, scores []float64) error {
	usual, odd := infer.Extremes(scores, 30)
	group := func(heading string, index []int) picture.Group {
		g := picture.Scored(heading, x.Images, scores, index)
		for i, k := range index {
			g.Captions[i] = fmt.Sprintf("%.2f", math.Floor(100*math.Max(scores[k], 0))/100) // below a threshold, not at it
		}
		return g
	}
	return picture.WritePNG(path, picture.Gallery([]picture.Group{group("oddest (score)", odd), group("most normal", usual)}, 10))
}
