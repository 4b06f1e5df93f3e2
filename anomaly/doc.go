// Package anomaly tells odd pictures from normal ones, having seen normal ones alone. It
// knows nothing of models and files: a [Sample] is a picture, its reconstruction by a model
// of normal pictures, and its code.
//
// [Fit] learns from normal pictures, and a [Detector] says of others how rare they are among
// normal ones, whether that is above a threshold, why, and where:
//
//	detector, err := anomaly.Fit(pair.Samples(ctx, normal, 0), anomaly.Options{FalseAlarms: 0.01})
//	...
//	verdict, err := detector.Judge(sample)
//	if verdict.Odd {
//
// The log-likelihood that a model gives a picture is a poor measure of oddness: it follows
// brightness and contrast (E. Nalisnick et al., "Do Deep Generative Models Know What They
// Don't Know?", 2019), and it sums over all places, so that a small defect is lost in the
// noise. A detector looks at evidence of four kinds, and at each place by itself:
//
//   - [Detail], the logarithm of the gradient's energy, at two scales. What normal pictures
//     have in common, such as how strong the light is or where edges run, is a subspace that
//     is learnt; what a picture has beside it is measured, by place, in the standard
//     deviations of normal pictures (as by T. Defard et al., "PaDiM", 2021).
//   - [Difference], from the reconstruction, at three scales and by place likewise.
//   - [Error], the squared difference summed over all pixels.
//   - [Code], how far the code is from those of normal pictures.
//
// Of the first two and the last it also counts how far the picture as a whole is from the nearest
// normal one, by the distances that normal pictures have there.
//
// What is found becomes the share of held-out normal pictures that are as extreme, the
// shares are combined so that one strong finding is enough, and the result is calibrated
// in the same way. So a score has a meaning that does not depend on the model: 2 is one
// normal picture in a hundred, 3 one in a thousand.
//
// [AUROC], [AveragePrecision] and [ROC] measure scores where it is known what is odd.
package anomaly
