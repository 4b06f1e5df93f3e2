package dataset

import (
	"fmt"
	"os"
	"path/filepath"
)

// Listed is a source, or a kind of source, in a list for people.
type Listed struct {
	Name  string // for [Open], or what stands for a path
	About string // what it gives, in a line
}

// Named lists the sources that have names of their own, the built-in one first.
func Named() []Listed {
	sources := []Listed{{"digits", "built in: digits drawn from fonts, with random distortions, 28x28"}}
	for _, a := range archives {
		sources = append(sources, Listed{a.name, a.about})
	}
	return sources
}

// Kinds lists the sources that are paths.
func Kinds() []Listed {
	return []Listed{
		{"FOLDER", "of image files, with or without a folder for each class, or of IDX files"},
		{"FILE.npy", "a NumPy array of images"},
		{"FILE.npz", "an archive of such arrays, with or without labels and splits"},
		{"FILE-ubyte", "an IDX file, also .idx or .gz, with or without a file of labels beside it"},
	}
}

// names are those of [Named].
func names() (names []string) {
	for _, s := range Named() {
		names = append(names, s.Name)
	}
	return names
}

// openNamed returns the source of a name, or nil if there is none.
func openNamed(name string, o Options) (Source, error) {
	if name == "digits" {
		return digits{o}, nil
	}
	for _, a := range archives {
		if a.name != name {
			continue
		}
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("%s: no place to keep the files: %w", name, err)
		}
		a.cache, a.Options = filepath.Join(cache, "govae", name), o
		return a, nil
	}
	return nil, nil
}

// archives are the data sets that are downloaded, each 60,000 images for training and
// 10,000 for testing. The sums of MNIST are those of what its files hold, for there are
// copies that were compressed anew; those of the others are of the compressed files, as
// their authors published them.
var archives = []archive{
	{
		name:  "mnist", // Y. LeCun, C. Cortes, C. Burges
		about: "handwritten digits, 70,000 images of 28x28, downloaded once (12 MB)",
		mirrors: []string{
			"https://storage.googleapis.com/cvdf-datasets/mnist/",
			"https://ossci-datasets.s3.amazonaws.com/mnist/",
		},
		trainImages: remoteFile{"train-images-idx3-ubyte.gz", 9_912_422, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
		trainLabels: remoteFile{"train-labels-idx1-ubyte.gz", 28_881, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
		testImages:  remoteFile{"t10k-images-idx3-ubyte.gz", 1_648_877, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
		testLabels:  remoteFile{"t10k-labels-idx1-ubyte.gz", 4_542, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
	},
	{
		name:  "fashion-mnist", // H. Xiao, K. Rasul, R. Vollgraf, arXiv 1708.07747
		about: "grey pictures of clothes, 70,000 images of 28x28, downloaded once (31 MB)",
		mirrors: []string{
			"https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
			"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
			"https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
		},
		trainImages: remoteFile{"train-images-idx3-ubyte.gz", 26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"},
		trainLabels: remoteFile{"train-labels-idx1-ubyte.gz", 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"},
		testImages:  remoteFile{"t10k-images-idx3-ubyte.gz", 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"},
		testLabels:  remoteFile{"t10k-labels-idx1-ubyte.gz", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"},
		// The first is called T-shirt/top there, which could not be a folder's name.
		classes: []string{"T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"},
	},
	{
		name:  "kmnist", // T. Clanuwat et al., "Deep learning for classical Japanese literature", arXiv 1812.01718
		about: "handwritten Japanese characters, 70,000 images of 28x28, downloaded once (21 MB)",
		mirrors: []string{
			"https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
			"http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
		},
		trainImages: remoteFile{"train-images-idx3-ubyte.gz", 18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"},
		trainLabels: remoteFile{"train-labels-idx1-ubyte.gz", 29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"},
		testImages:  remoteFile{"t10k-images-idx3-ubyte.gz", 3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"},
		testLabels:  remoteFile{"t10k-labels-idx1-ubyte.gz", 5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"},
		classes:     []string{"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"},
	},
}
