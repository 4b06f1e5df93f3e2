package models

// LikelihoodLine says in a line what the likelihood of a name is.
func LikelihoodLine(name string) string { return likelihoodLines[name] }

var likelihoodLines = map[string]string{
	Bernoulli: "a pixel is the probability of white: for writing and other pictures in black and white",
	Gaussian:  "a pixel is the mean of a normal distribution, with one standard deviation for all: for photographs",
	Logistic:  "a pixel is the mean of a distribution of its 256 levels: for photographs, in bits that compare with other models'",
}
