package dataset

// Kind is what a path may lead to that [Open] reads.
type Kind struct {
	Name  string // that stands for the path
	About string // what is read there, in a line
}

// Kinds lists the sources that are paths.
func Kinds() []Kind {
	return []Kind{
		{"FOLDER", "of image files, with or without a folder for each class, or of IDX files"},
		{"FILE.npy", "a NumPy array of images"},
		{"FILE.npz", "an archive of such arrays, with or without labels and splits"},
		{"FILE-ubyte", "an IDX file, also .idx or .gz, with or without a file of labels beside it"},
	}
}
