package contract

import "errors"

// LatentGroup says which part of a latent point is a group of latent variables of a
// hierarchical model: the values from First on, Size many.
type LatentGroup struct {
	Name  string `json:"name"` // "4x4", where the group is a map of so many pixels
	First int    `json:"first"`
	Size  int    `json:"size"`
}

// readLatentGroups reads groups that follow each other and make up the latent point.
func (d *Metadata) readLatentGroups(text string) error {
	var groups []LatentGroup
	if err := readJSON(text, &groups); err != nil {
		return err
	}
	next := 0
	for _, g := range groups {
		if g.First != next || g.Size < 1 || g.Size > maxNumber {
			return errors.New("want groups of at least one dimension that follow each other")
		}
		next += g.Size
	}
	if next == 0 || d.Latent != 0 && d.Latent != next {
		return errors.New("want groups that have all latent dimensions together")
	}
	d.LatentGroups = groups
	return nil
}
