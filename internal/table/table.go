// Package table writes tables of text and numbers as CSV files.
package table

import (
	"encoding/csv"
	"io"
	"iter"
	"strconv"

	"govae/internal/atomicfile"
)

// Write replaces the file at path with a header and rows as they come. Where these end
// with an error the old file stays.
func Write(path string, header []string, rows iter.Seq2[[]string, error]) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		table := csv.NewWriter(w)
		if err := table.Write(header); err != nil {
			return err
		}
		for row, err := range rows {
			if err != nil {
				return err
			}
			if err := table.Write(row); err != nil {
				return err
			}
		}
		table.Flush()
		return table.Error()
	})
}

// Number formats a value with six digits.
func Number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
