package adapt

import (
	"slices"
	"strings"
)

// What names of inputs and outputs mean, in lower case, without separators, without a prefix
// z, q, latent, posterior or encoder and without a number or an index behind (mu_1, mean:0).
var outputNames = map[string][]string{
	OutputMean:    {"mean", "mu", "loc", "means", "mus", "average"},
	OutputLogVar:  {"logvar", "logvariance", "lnvar", "logsigma2", "logsigmasq", "logsigmasquared", "logvars", "lv"},
	OutputStd:     {"std", "stddev", "stdev", "sigma", "scale", "standarddeviation"},
	OutputLogStd:  {"logstd", "logsigma", "logscale", "logstddev"},
	OutputVar:     {"var", "variance", "sigma2", "sigmasq"},
	OutputMoments: {"moments", "parameters", "params", "distribution", "dist", "stats", "meanlogvar", "mulogvar"},
	OutputImage: {
		"image", "images", "img", "recon", "reconstruction", "reconstructed", "xhat", "xrecon", "reconx", "sample", "samples",
		"decoded", "generated", "pixels", "xreconstructed", "reconimage", "reconstructions", "xprime", "probs", "x",
	},
	OutputNone: {"", "sample", "samples", "sampled", "eps", "epsilon", "noise", "z"},
}

var (
	labelNames = []string{"label", "labels", "y", "c", "cond", "condition", "class", "classes", "classlabel", "classlabels", "classid", "target", "targets", "onehot", "ylabel", "classidx"}
	noiseNames = []string{"eps", "epsilon", "noise"}
	pointNames = []string{"", "z", "code", "codes", "x", "image", "img", "images", "input", "inputs", "sample", "h", "pixels"}
)

// prefixes of names that say which tensor of a VAE it is, not what of it.
var prefixes = []string{"encoder", "decoder", "posterior", "latent", "z", "q"}

// plain reduces a name to what it means.
func plain(name string) string {
	name = strings.ToLower(name)
	if i := strings.LastIndexAny(name, "/"); i >= 0 && i < len(name)-1 {
		name = name[i+1:]
	}
	name, _, _ = strings.Cut(name, ":")
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune("_-. ", r) {
			return -1
		}
		return r
	}, trimIndex(name))
	for again := true; again; {
		again = false
		for _, p := range prefixes {
			if rest := strings.TrimPrefix(name, p); rest != name {
				name, again = rest, true
			}
		}
	}
	return name
}

// trimIndex drops _1 and the like.
func trimIndex(name string) string {
	if i := strings.LastIndexAny(name, "_."); i > 0 && i < len(name)-1 && strings.Trim(name[i+1:], "0123456789") == "" {
		return name[:i]
	}
	return name
}

// outputOf returns what an encoder's output of this name is, "" if the name does not tell.
func outputOf(name string) string {
	p := plain(name)
	for _, what := range []string{OutputMean, OutputLogVar, OutputStd, OutputLogStd, OutputVar, OutputMoments, OutputNone} {
		if slices.Contains(outputNames[what], p) {
			return what
		}
	}
	return ""
}

// isImage reports whether an output's name is one of an image.
func isImage(name string) bool { return slices.Contains(outputNames[OutputImage], plain(name)) }
