package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"govae/internal/atomicfile"
)

// modelEndings are those of files that training and export alone write.
var modelEndings = []string{".onnx", ".safetensors", ".jsonl"}

// CheckOutputs refuses files and folders to write that would replace an input, a model's file or each
// other, or whose folder is missing. Empty names are outputs that are not wanted, and inputs may be
// names of data that are no files. A folder that holds an input may not be written into; one that
// holds a model may.
func CheckOutputs(models, inputs []string, outputs ...string) error {
	for i, output := range outputs {
		switch output {
		case "":
			continue
		case "-":
			return Usagef("-: is the name of a file here; for the standard output give /dev/stdout")
		}
		for _, input := range append(models[:len(models):len(models)], inputs...) {
			if _, err := os.Stat(input); err == nil && atomicfile.Same(input, output) {
				return fmt.Errorf("%s: is read, and would be overwritten; give another name to write to", output)
			}
		}
		for _, input := range inputs {
			if _, err := os.Stat(input); err == nil && atomicfile.Same(filepath.Dir(input), output) {
				return fmt.Errorf("%s: holds %s, which is read and could be overwritten; give another folder to write to", output, input)
			}
		}
		for _, other := range outputs[:i] {
			if other != "" && atomicfile.Same(other, output) {
				return Usagef("%s: two files to write have this name; give each one of its own", output)
			}
		}
		if ending := strings.ToLower(filepath.Ext(output)); slices.Contains(modelEndings, ending) || filepath.Base(output) == "config.json" {
			return Usagef("%s: has the name of a file of a model; give another one to write to", output)
		}
		folder := filepath.Dir(output)
		if _, err := os.Stat(folder); os.IsNotExist(err) && filepath.Ext(output) != "" {
			return fmt.Errorf("%s: there is no folder %s; make it first", output, folder)
		}
	}
	return nil
}
