package latent

// Fixed yields points in which the dimensions from first on are those of z: of a
// hierarchical model with the finer groups of latent variables fixed, the coarse ones vary.
func Fixed(points Points, first int, z []float32) Points {
	return func(yield func([]float32, error) bool) {
		for point, err := range points {
			if err == nil {
				point = append(point[:first:first], z[first:]...)
			}
			if !yield(point, err) {
				return
			}
		}
	}
}
