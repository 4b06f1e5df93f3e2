// Package latent is the geometry and the statistics of a VAE's latent space: all that
// can be done with latent points without running a model. Package infer makes points of
// images, and images of points.
//
// Most functions take and return streams, [Points], so that they work in constant memory
// and go into one another:
//
//	way := latent.Interpolate(latent.Of(a, b, c), 16, latent.Spherical)
//	for image, err := range decoder.DecodeAll(ctx, way) {
//
// A stream ends with its first error. What a caller's option holds that is wrong comes as
// an [*OptionError], from the function or from the stream that it returns.
//
// A [Space] says to which model points belong. Attributes and mixtures keep its id and
// can be checked against that of another session.
package latent
