package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"govae/contract"
	"govae/onnx"
)

// Adapted is a model that package adapt made from a file of another program, and the path to
// write it to.
type Adapted struct {
	Path  string
	Model *onnx.Model
	Role  contract.Role
	Sizes contract.Sizes
}

// WriteAdapted writes models of other programs as self-contained files of the contract, with check
// values that the engine computes. All files of one call get the same model id, a hash of their
// content. Before the first file is put in place, each is read and run again and must give the
// check values; after an error no new file is left.
func WriteAdapted(ctx context.Context, files []Adapted, engine Engine) ([]Result, error) {
	h := sha256.New()
	for _, f := range files {
		data, err := f.Model.Marshal()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		h.Write(data)
	}
	id := hex.EncodeToString(h.Sum(nil))
	var results []Result
	var paths []string
	var contents [][]byte
	for _, f := range files {
		r, data, err := f.file(ctx, id, engine)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		results, paths, contents = append(results, r), append(paths, f.Path), append(contents, data)
	}
	return results, writeFiles(paths, contents)
}

// file returns the content of a model's file.
func (f Adapted) file(ctx context.Context, id string, engine Engine) (r Result, data []byte, err error) {
	metadata, err := contract.Read(f.Model)
	if err != nil {
		return r, nil, err
	}
	m := *f.Model
	m.Metadata = append([]onnx.Property(nil), m.Metadata...)
	if data, err = m.Marshal(); err != nil {
		return r, nil, err
	}
	metadata.ModelID, metadata.Check = id, &contract.Check{Tolerance: Tolerance}
	var tensors [][]*onnx.Tensor
	for _, rows := range checkRows {
		c, inputs := checkInputs(f.Role.Signature(f.Sizes), rows)
		outputs, err := engine.Run(ctx, data, inputs...)
		if err != nil {
			return r, nil, err
		}
		for _, o := range outputs {
			elements, err := o.Float32s()
			if err != nil {
				return r, nil, err
			}
			c.Outputs = append(c.Outputs, contract.NewOutput(o.Name, elements))
		}
		metadata.Check.Cases, tensors = append(metadata.Check.Cases, c), append(tensors, inputs)
	}
	if err := metadata.Write(&m); err != nil {
		return r, nil, err
	}
	if data, err = m.Marshal(); err != nil {
		return r, nil, err
	}
	for i, c := range metadata.Check.Cases { // of the file as it will be
		outputs, err := engine.Run(ctx, data, tensors[i]...)
		if err != nil {
			return r, nil, err
		}
		for j, o := range outputs {
			elements, err := o.Float32s()
			if err != nil {
				return r, nil, err
			}
			r.Difference = max(r.Difference, c.Outputs[j].Difference(elements))
		}
	}
	if !(r.Difference <= Tolerance) {
		return r, nil, fmt.Errorf("the %s engine gives numbers that differ by %.2g from run to run: the file was not written", engine.Name(), r.Difference)
	}
	r.Path, r.Bytes, r.Verified = f.Path, len(data), true
	return r, data, nil
}
