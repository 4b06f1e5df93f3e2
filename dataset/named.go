package dataset

// NamedSource is a source that has a name of its own.
type NamedSource struct {
	Name  string // for [Open]
	About string // what it gives, in a line
}

// Named lists the sources that have names of their own, the built-in one first.
func Named() []NamedSource {
	return []NamedSource{
		{"digits", "built in: digits drawn from fonts, with random distortions, 28x28"},
		{"mnist", "handwritten digits, 70,000 images of 28x28, downloaded once (12 MB)"},
	}
}
