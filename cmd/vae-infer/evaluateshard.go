package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"math"

	"govae/cmd/internal/cli"
	"govae/infer"
	"govae/internal/atomicfile"
	"govae/internal/npy"
	"govae/sink"
)

// evaluateTask is the task in the records of evaluation's shards. A shard keeps the rows of its
// images' figures, whose sums would depend on who adds them, and join summarises all.
const evaluateTask = "evaluate"

// figuresFile holds the figures of all images, an array [n, FiguresWidth] of float64.
func figuresFile(out string) string { return out + ".npy" }

// framed is the report without its figures, and how they are found.
type framed struct {
	Report  report        `json:"report"`
	Summary infer.Summary `json:"summary"`
}

// part finds the figures of the shard's images; total is the number of all images.
func (e *evaluation) part(r report, summary infer.Summary, total int, rows sink.RowOptions, find func(first int) iter.Seq2[[]float64, error], p *cli.Progress) error {
	frame, err := json.Marshal(framed{r, summary})
	if err != nil {
		return err
	}
	j := sink.ShardJob{Path: e.out, Total: total, Job: maps.Clone(rows.Job)}
	// After the seed in the order of names, so that differences are told of that first.
	j.Job["task"], j.Job["the report"] = evaluateTask, string(frame)
	rows.Resume = rows.Resume || !rows.Force // who starts it anew does not know that it was killed
	rows.Job = j.Job
	whole := figuresFile(e.out)
	out := e.shard.Path(whole)
	return e.shard.run(e.app, j, map[string]string{whole: out}, func() error {
		err := sink.WriteRows(out, rows, find, func(found iter.Seq2[[]float64, error]) error {
			return writeFigures(out, rows.N, rows.Width, found)
		})
		if err != nil {
			return err
		}
		e.app.Printf("%s: the figures of %d images by %s in %.2f s", out, rows.N, r.Engine, p.Done())
		return nil
	})
}

func writeFigures(path string, n, width int, rows iter.Seq2[[]float64, error]) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		if err := npy.WriteHeader(w, "<f8", n, width); err != nil {
			return err
		}
		var data []byte
		for row, err := range rows {
			if err != nil {
				return err
			}
			data = data[:0]
			for _, v := range row {
				data = binary.LittleEndian.AppendUint64(data, math.Float64bits(v))
			}
			if _, err := w.Write(data); err != nil {
				return err
			}
		}
		return nil
	})
}

// joinEvaluation makes the report of the figures of all shards.
func (j *joining) joinEvaluation(s *sink.Shards, stdout io.Writer) error {
	var f framed
	if json.Unmarshal([]byte(s.Job["the report"]), &f) != nil || f.Summary.Check() != nil {
		return damagedShards(s)
	}
	file := s.Read(figuresFile(s.Path))
	defer file.Close()
	evaluation, err := f.Summary.Of(convert(readFigures(file, f.Summary), infer.FiguresOf))
	if err != nil {
		return err
	}
	f.Report.Evaluation = evaluation
	if err := f.Report.write(s.Path); err != nil {
		return err
	}
	j.app.Printf("%s: %d images of %d shards", s.Path, s.Total, s.N)
	return f.Report.table(stdout)
}

// readFigures yields the rows of an array of figures, each valid until the next.
func readFigures(r io.Reader, summary infer.Summary) iter.Seq2[[]float64, error] {
	return func(yield func([]float64, error) bool) {
		r := bufio.NewReaderSize(r, 1<<16)
		header, err := npy.ReadHeader(r)
		if err == nil && (len(header.Shape) != 2 || header.Shape[1] != infer.FiguresWidth(summary.Latent)) {
			err = fmt.Errorf("figures of the shape %v are not those of %d latent dimensions", header.Shape, summary.Latent)
		}
		var next func() (float64, error)
		if err == nil {
			next, err = header.Floats(r)
		}
		if err != nil {
			yield(nil, err)
			return
		}
		for row := []float64(nil); ; {
			row = row[:0]
			for range header.Shape[1] {
				v, err := next()
				if err == io.EOF {
					return
				}
				if err != nil {
					yield(nil, err)
					return
				}
				row = append(row, v)
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}
