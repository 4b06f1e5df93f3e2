package dataset

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"govae/images"
	"govae/internal/photo"
	"govae/internal/printable"
)

// Report says how a folder of image files was understood.
type Report struct {
	Name    string
	Images  int // found that can be read, those that are not used included
	Used    int // those that were read: fewer with [Options].Limit
	Classes []ClassCount
	Splits  []SplitCount // those that the folder has; none if held-out images are chosen
	// Unlabelled are the images for training that have no class where others have one.
	Unlabelled int
	LeftOut    []string // by reason, such as "3 not images (.txt 2, .json 1)"
	Survey

	left leftOut
}

// Survey is what the headers of image files tell, and a look at some of them, and how they are
// made images of one shape.
type Survey struct {
	Sizes      []SizeCount    // of the images used, upright, the most frequent first
	Shape      Shape          // of all images now
	Why        string         // this one
	Framing    images.Framing // how they came to it
	Scaled     bool           // some had another size
	SeeThrough bool           // some have transparent parts, which lie on the background
	FewColours bool           // hardly any of the images has colours
	Deep       bool           // all have 16 bits a value
	Several    int            // files with further pages or frames
}

// SizeCount is a number of images of one size.
type SizeCount struct{ H, W, N int }

// ClassCount is a number of images of one class.
type ClassCount struct {
	Name string
	N    int
}

// SplitCount is a number of images of one split.
type SplitCount struct {
	Name string
	N    int
}

// newReport begins the report on the splits of a folder.
func newReport(name string, s folderSplits, left leftOut) *Report {
	r := &Report{Name: name, left: left, LeftOut: left.lines(), Images: len(s.unlabelled), Unlabelled: len(s.unlabelled)}
	classes := map[string]int{}
	for _, split := range []struct {
		name  string
		files []imageFile
	}{{"train", s.train}, {"validation", s.validation}, {"test", s.test}} {
		r.Images += len(split.files)
		if len(split.files) > 0 {
			r.Splits = append(r.Splits, SplitCount{split.name, len(split.files)})
		}
		for _, f := range split.files {
			if f.class != "" {
				classes[f.class]++
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(classes)) {
		r.Classes = append(r.Classes, ClassCount{name, classes[name]})
	}
	return r
}

// asked is the reason of a shape that the caller has chosen.
const asked = "as asked for"

// scaledReport is the report on images of one size that came in no files of their own.
func scaledReport(name string, n int, before, now Shape, framing images.Framing) *Report {
	s := Survey{Sizes: []SizeCount{{before.H, before.W, n}}, Shape: now, Framing: framing, Scaled: true, Why: asked}
	return &Report{Name: name, Images: n, Used: n, Survey: s}
}

// framing returns [Data].Framing.
func (r *Report) framing() images.Framing {
	f := r.Framing
	if f.Fit = cmp.Or(f.Fit, images.Crop); !r.Scaled {
		f.Fit = ""
	}
	return f
}

// classes are the names of the classes, nil if there are none.
func (r *Report) classes() (names []string) {
	for _, c := range r.Classes {
		names = append(names, c.Name)
	}
	return names
}

// newSurvey makes the survey of files with these headers.
func newSurvey(headers []photo.Header, how reading, why string, l looks) Survey {
	s := Survey{Shape: how.Shape, Why: why, Framing: how.Framing, Deep: len(headers) > 0, SeeThrough: l.seen, FewColours: l.few}
	sizes := map[[2]int]int{}
	for _, h := range headers {
		sizes[[2]int{h.H, h.W}]++
		s.Deep = s.Deep && h.Deep
		if h.Several {
			s.Several++
		}
	}
	for size, n := range sizes {
		s.Sizes = append(s.Sizes, SizeCount{size[0], size[1], n})
	}
	slices.SortFunc(s.Sizes, func(a, b SizeCount) int { return cmp.Or(b.N-a.N, a.H-b.H, a.W-b.W) })
	s.Scaled = slices.ContainsFunc(s.Sizes, func(s SizeCount) bool { return s.H != how.H || s.W != how.W })
	return s
}

// read completes the report: so many files are used, and some cannot be read.
func (r *Report) read(s Survey, used int, bad []imageFile) {
	r.Survey, r.Used = s, used
	r.Images -= len(bad)
	for _, f := range bad {
		if i := slices.IndexFunc(r.Classes, func(c ClassCount) bool { return c.Name == f.class }); i >= 0 {
			r.Classes[i].N--
		}
	}
	r.left.add(badFiles, "", len(bad))
	r.left.add(furtherPages, "", s.Several)
	r.LeftOut = r.left.lines()
}

// Lines returns the report as a few lines of text.
func (r *Report) Lines() []string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", printable.Name(r.Name), printable.Count(r.Images, "image", "images"))
	if len(r.Classes) > 0 {
		classes := map[string]int{}
		for _, c := range r.Classes {
			classes[c.Name] = c.N
		}
		fmt.Fprintf(&b, " in %s (%s)", printable.Count(len(classes), "class", "classes"), counted(classes, 10))
	}
	fmt.Fprintf(&b, ", %s; ", r.sizes())
	if r.Scaled {
		b.WriteString(r.scaled())
	} else {
		b.WriteString("kept at that size")
	}
	fmt.Fprintf(&b, ", %s", map[int]string{1: "gray", 3: "in colour"}[r.Shape.C])
	lines := []string{b.String()}
	if len(r.Splits) > 1 {
		var splits []string
		tested := slices.ContainsFunc(r.Splits, func(s SplitCount) bool { return s.Name == "test" })
		for _, s := range r.Splits {
			text := fmt.Sprintf("%s %d", s.Name, s.N)
			if s.Name == "validation" && !tested {
				text += " (which test, as there are no others for that)"
			}
			splits = append(splits, text)
		}
		lines = append(lines, "splits: "+strings.Join(splits, ", "))
	}
	if r.Unlabelled > 0 {
		lines = append(lines, fmt.Sprintf("%s without a label", printable.Count(r.Unlabelled, "image", "images")))
	}
	if r.SeeThrough {
		lines = append(lines, "transparent parts lie on "+colourName(r.Framing.Background))
	}
	if len(r.LeftOut) > 0 {
		lines = append(lines, "left out: "+strings.Join(r.LeftOut, ", "))
	}
	return lines
}

// Changes says how the images differ from those in the files, and what is missing; no lines if
// nothing does.
func (r *Report) Changes() (lines []string) {
	name := ""
	if r.Name != "" {
		name = printable.Name(r.Name) + ": "
	}
	if r.Scaled {
		lines = append(lines, name+r.sizes()+" "+r.scaled())
	}
	if len(r.LeftOut) > 0 {
		lines = append(lines, name+"left out: "+strings.Join(r.LeftOut, ", "))
	}
	return lines
}

func (r *Report) scaled() string {
	fit := string(cmp.Or(r.Framing.Fit, images.Crop))
	if r.Framing.Fit == images.Pad && !r.SeeThrough {
		fit += " with " + colourName(r.Framing.Background)
	}
	return fmt.Sprintf("scaled to %s (%s)", sizeText(r.Shape.H, r.Shape.W), fit)
}

// sizes tells which sizes were seen, and which of two numbers is which.
func (r *Report) sizes() string {
	if slices.ContainsFunc(r.Sizes, func(s SizeCount) bool { return s.H != s.W }) {
		return r.seen() + " (height x width)"
	}
	return r.seen()
}

func (r *Report) seen() string {
	const few = 3
	switch n := len(r.Sizes); {
	case n == 0:
		return "of no size"
	case n == 1:
		return sizeText(r.Sizes[0].H, r.Sizes[0].W)
	case n <= few:
		var parts []string
		for _, s := range r.Sizes {
			parts = append(parts, fmt.Sprintf("%s (%d)", sizeText(s.H, s.W), s.N))
		}
		return strings.Join(parts, ", ")
	}
	area := func(a, b SizeCount) int { return cmp.Or(a.H*a.W-b.H*b.W, a.H-b.H) }
	least, most := slices.MinFunc(r.Sizes, area), slices.MaxFunc(r.Sizes, area)
	return fmt.Sprintf("%d sizes from %s to %s", len(r.Sizes), sizeText(least.H, least.W), sizeText(most.H, most.W))
}

func colourName(c images.RGB) string {
	switch c {
	case images.RGB{}:
		return "black"
	case images.White:
		return "white"
	case images.Gray:
		return "gray"
	}
	return c.String()
}
