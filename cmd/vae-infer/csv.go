package main

import (
	"encoding/csv"
	"io"
	"iter"
	"strconv"

	"govae/internal/atomicfile"
)

// writeCSV writes a header and rows as they come. The error names path.
func writeCSV(path string, header []string, rows iter.Seq2[[]string, error]) error {
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

// number formats a value of a table.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
