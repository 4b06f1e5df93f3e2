package models

import "govae/images"

// Shape is the size of an image.
type Shape = images.Shape
