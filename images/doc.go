// Package images is what the rooms of this module agree on about images: their [Shape],
// the two orders in which their values lie in memory and in files, and the step from
// numbers in [0, 1] to bytes and back.
package images
