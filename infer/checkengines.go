package infer

import (
	"context"
	"errors"
	"fmt"

	"govae/contract"
	"govae/engine"
	"govae/onnx"
)

// EngineCheck is the result of one engine for the check values of a file.
type EngineCheck struct {
	Engine     string  // [engine.Engine.Name]
	Compared   bool    // whether the engine ran them; else Difference is 0
	Difference float64 // as CheckValues of a session returns it
	Err        error   // what is wrong; nil where the engine computes what the trainer did
}

// CheckEngines runs the check values of the file at path, as CheckValues of a session does, on
// each installed engine that o allows ([engine.Options.Names]). The error joins those of the
// engines that failed. Without results it says why nothing could be checked.
func CheckEngines(ctx context.Context, path string, o Options) ([]EngineCheck, error) {
	// What is wrong with the file is said once, not for every engine.
	if model, err := onnx.ReadFile(path); err != nil {
		return nil, err
	} else if _, ok := model.MetadataValue(contract.KeyCheck); !ok {
		return nil, noCheckValues(path)
	}
	if err := o.Check(); err != nil {
		return nil, err
	}
	var checks []EngineCheck
	var missing, failed []error
	for _, name := range o.Engine.Names() {
		o.Engine.Name = name
		e, err := engine.New(o.Engine)
		switch {
		case err != nil && o.Engine.Library != "":
			return nil, err
		case err != nil:
			missing = append(missing, err)
			continue
		}
		check := EngineCheck{Engine: e.Name()}
		check.Compared, check.Difference, check.Err = checkFile(ctx, path, o)
		checks, failed = append(checks, check), append(failed, check.Err)
	}
	if checks == nil {
		return nil, fmt.Errorf("%s: not checked: %w", path, missing[0])
	}
	return checks, errors.Join(failed...)
}

// checkFile runs the check values of one file on one engine.
func checkFile(ctx context.Context, path string, o Options) (compared bool, difference float64, err error) {
	session, err := Open(path, o)
	if err != nil {
		return false, 0, err
	}
	defer session.Close()
	difference, err = session.CheckValues(ctx)
	return err == nil || difference != 0, difference, err
}

// noCheckValues is the error of a file without check values.
func noCheckValues(name string) error {
	return fmt.Errorf("%s: holds no check values (metadata %s); export the model again", name, contract.KeyCheck)
}
