package main

import "github.com/spf13/pflag"

// addReports adds the flags that say what a run tells about itself.
func (f *flags) addReports(p *pflag.FlagSet) {
	p.BoolVar(&f.train.TensorBoard, "tensorboard", false, "write an event file for TensorBoard into --out too")
}
