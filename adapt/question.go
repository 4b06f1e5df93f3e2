package adapt

import (
	"fmt"
	"strings"
)

// Question says what neither a file nor a run of it tells, and which field of [Options]
// answers it.
type Question struct {
	Option  string   // "Layout", "Pixels", "Size", "Latent", "DecoderOutputs", "EncoderOutputs", "LabelInput" or "Classes"
	About   string   // what is open: a sentence
	Answers []string // examples of answers, or all of them
}

func (q *Question) Error() string {
	return fmt.Sprintf("%s: say %s", q.About, q.Want())
}

// Want says what is asked for.
func (q *Question) Want() string {
	want := map[string]string{
		"Layout":         "whether channels come first or last",
		"Pixels":         "what the pixels are",
		"Size":           "how large an image is",
		"Latent":         "what shape a latent point has",
		"DecoderOutputs": "what the outputs are, in their order",
		"EncoderOutputs": "what the outputs are, in their order",
		"LabelInput":     "which input is the label",
		"Classes":        "how many classes there are",
	}[q.Option]
	if len(q.Answers) > 0 {
		want += " (" + strings.Join(q.Answers, ", ") + ")"
	}
	return want
}

func ask(option string, answers []string, format string, args ...any) *Question {
	return &Question{option, fmt.Sprintf(format, args...), answers}
}
