package train

import (
	"io"
	"os"
	"path/filepath"
	"time"

	"govae/internal/atomicfile"
	"govae/internal/tfevents"
)

// EventsFile is the file of a model directory in which TensorBoard finds the curves of
// [MetricsFile], by training steps, with [Options].TensorBoard.
const EventsFile = "events.out.tfevents.vae"

// writeEvents makes the event file in dir hold those of all metrics and no others. What it
// holds of them already stays where it is, since TensorBoard reads on from where it was;
// what a run that was killed had written after its checkpoint, or has left half written, is
// cut off.
func writeEvents(dir string, all []Metrics) (err error) {
	path := filepath.Join(dir, EventsFile)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return &atomicfile.Error{Path: path, Err: err}
	}
	defer func() {
		if e := file.Close(); err == nil {
			err = e
		}
		if err != nil {
			err = &atomicfile.Error{Path: path, Err: err}
		}
	}()
	r := tfevents.NewReader(file)
	var end int64 // of what stays
	first, err := r.Next()
	begun, kept := err == nil && first.Version != "", 0
	for begun && err == nil {
		end = r.End
		if kept == len(all) {
			break
		}
		var e tfevents.Event
		if e, err = r.Next(); err != nil || e.Step != int64(all[kept].Step) {
			break
		}
		kept++
	}
	if err := file.Truncate(end); err != nil {
		return err
	}
	if _, err := file.Seek(end, io.SeekStart); err != nil {
		return err
	}
	now := float64(time.Now().UnixMicro()) / 1e6
	var data []byte
	if !begun {
		data = tfevents.Append(data, tfevents.First(now))
	}
	for _, m := range all[kept:] {
		data = tfevents.Append(data, tfevents.Event{Time: now, Step: int64(m.Step), Scalars: scalars(m)})
	}
	_, err = file.Write(data)
	return err
}

// scalars are the curves of an epoch.
func scalars(m Metrics) (all []tfevents.Scalar) {
	add := func(tag string, value float64) {
		all = append(all, tfevents.Scalar{Tag: tag, Value: float32(value)})
	}
	terms := func(split string, t *Terms) {
		if t == nil {
			return
		}
		add(split+"/elbo", t.ELBO())
		add(split+"/reconstruction", t.Reconstruction)
		add(split+"/kl", t.KL)
		if t.BitsPerDimension != 0 {
			add(split+"/bits_per_dimension", t.BitsPerDimension)
		}
	}
	terms("train", &m.Train)
	terms("validation", m.Validation)
	terms("test", &m.Test)
	add("active_units", float64(m.ActiveUnits))
	add("images_per_second", m.ImagesPerSecond)
	add("learning_rate", m.LR)
	add("beta", m.Beta)
	return all
}
