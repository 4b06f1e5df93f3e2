package images

// Validation says which of the images for training a model was validated with, and so did not
// learn from: those that package dataset takes out by the fraction and the seed.
type Validation struct {
	Fraction float64 `json:"fraction"`
	Seed     uint64  `json:"seed"`
	Of       string  `json:"of"` // SHA-256, in hexadecimal, of the images that they were taken from
}
