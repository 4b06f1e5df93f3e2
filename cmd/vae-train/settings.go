package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"govae/cmd/internal/cli"
	"govae/internal/infile"
	"govae/models"
	"govae/train"
)

// unrecorded are the flags that do not belong to a run.
var unrecorded = []string{"mpi", "out", "resume", "force", "quiet", "threads", "debug", "help", "version", "cpuprofile", "no-cache", "config", "list", "watch"}

// free are the recorded flags that may change when a run is resumed. Of the data
// its content counts, not where it lies.
var free = []string{"data", "epochs", "patience", "tensorboard"}

// noSettings are the flags that do something once, which a file of settings cannot ask for.
var noSettings = []string{"resume", "force", "help", "version", "config", "list"}

// automatic are the values of flags that leave it to the run to choose.
var automatic = []string{"", "0", "auto"}

// alternatives are pairs of flags that exclude each other. One on the command line overrides the other
// in a file or in a run.
var alternatives = map[string]string{"time": "epochs", "epochs": "time"}

// configure gives every flag that is not on the command line the value that it has in the
// file --config. One that differs from the default counts as given.
func (f *flags) configure(cmd *cobra.Command) error {
	p := cmd.Flags()
	if !p.Changed("config") {
		return nil
	}
	if f.config == "" {
		return cli.Usagef("--config is empty: give a file")
	}
	settings, err := readSettings(f.config)
	if err != nil {
		return err
	}
	var onCommandLine []string
	p.Visit(func(flag *pflag.Flag) { onCommandLine = append(onCommandLine, flag.Name) })
	for _, s := range settings {
		flag := p.Lookup(s.name)
		if flag == nil || slices.Contains(noSettings, s.name) {
			names := slices.DeleteFunc(cli.FlagNames(p), func(name string) bool { return slices.Contains(noSettings, name) })
			return fmt.Errorf("%s: unknown key %q%s", f.config, s.name, cmp.Or(cli.DidYouMean(s.name, "", names), ": keys are the names of flags, see 'vae-train --help'"))
		}
		text, ok := s.text(flag)
		if !ok {
			return fmt.Errorf("%s: %s: %s: %w", f.config, s.name, s.json, cli.Unfit(flag, nil))
		}
		if slices.Contains(onCommandLine, s.name) || slices.Contains(onCommandLine, alternatives[s.name]) {
			continue
		}
		if slices.Contains(onCommandLine, "preset") && f.presets(s.name) { // which goes before the file, too
			continue
		}
		if err := flag.Value.Set(text); err != nil {
			return fmt.Errorf("%s: %s: %s: %w", f.config, s.name, s.json, cli.Unfit(flag, err))
		}
		f.filed = append(f.filed, s.name)
		flag.Changed = cli.FlagText(flag) != cli.FlagDefault(flag)
	}
	return nil
}

// place names a flag by where it was given.
func (f *flags) place(flag string) string {
	if slices.Contains(f.filed, flag) {
		return f.config + ": " + flag
	}
	return "--" + flag
}

// placed says of an error about a flag that it was given in the file, where it was.
func (f *flags) placed(err error) error {
	for _, flag := range f.filed {
		if err != nil && strings.HasPrefix(err.Error(), "--"+flag+" ") {
			return fmt.Errorf("%s: %w", f.config, err)
		}
	}
	return err
}

// setting is a key of a file of settings with its value.
type setting struct {
	name string
	json json.RawMessage
}

// readSettings reads a JSON object with the names of flags as keys, or the config.json of
// a run, in the order of the file.
func readSettings(path string) ([]setting, error) {
	const most = models.MaxConfigFile
	file, err := os.Open(path)
	if err != nil {
		return nil, infile.Error(path, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return nil, infile.Error(path, err)
	}
	if len(data) > most {
		return nil, fmt.Errorf("%s: has more than %d bytes: this is no file of settings", path, most)
	}
	all, err := parseSettings(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if !slices.ContainsFunc(all, func(s setting) bool { return s.name == "model" }) {
		return all, nil
	}
	started, err := train.ParseStarted(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	settings, err := used(started)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	all = nil
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		value, err := json.Marshal(settings[name])
		if err != nil {
			return nil, err
		}
		all = append(all, setting{name, value})
	}
	return all, nil
}

// parseSettings reads a JSON object.
func parseSettings(data []byte) (all []setting, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	defer func() {
		if err != nil {
			line := 1 + bytes.Count(data[:min(d.InputOffset(), int64(len(data)))], []byte("\n"))
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				err = errors.New("the file ends too early")
			}
			err = fmt.Errorf("line %d: %w: want a JSON object, such as {\"latent\": 16}", line, err)
		}
	}()
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, cmp.Or(err, errors.New("no object"))
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		s := setting{name: key.(string)} // all keys of objects are
		if err := d.Decode(&s.json); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, func(other setting) bool { return other.name == s.name }) {
			return nil, fmt.Errorf("the key %q is there twice", s.name)
		}
		all = append(all, s)
	}
	if _, err := d.Token(); err != nil { // the end of the object
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the object")
	}
	return all, nil
}

// text is the setting as the flag takes it; ok is false if the flag takes no such type.
func (s setting) text(flag *pflag.Flag) (text string, ok bool) {
	d := json.NewDecoder(bytes.NewReader(s.json))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return "", false
	}
	kind := flag.Value.Type()
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), kind != "bool"
	case bool:
		return fmt.Sprint(v), kind == "bool"
	case []any:
		var parts []string
		for _, part := range v {
			switch part.(type) {
			case string, json.Number:
				parts = append(parts, fmt.Sprint(part))
			default:
				return "", false
			}
		}
		return strings.Join(parts, ","), !slices.Contains([]string{"bool", "int", "int64", "uint64", "float64", "duration", "string"}, kind)
	}
	return "", false
}

// used returns the settings of a run as flags take them: those that it was given, with automatic
// values replaced by what was chosen.
func used(s *train.Started) (map[string]string, error) {
	if s == nil || s.Note == nil {
		return nil, errors.New("tells no settings: vae-train has not written it")
	}
	all := maps.Clone(s.Note)
	for name, asked := range s.Note {
		if chosen, ok := scalar(s.Used[name]); ok && slices.Contains(automatic, asked) {
			all[name] = chosen
		}
	}
	if _, ok := s.Used["augment"]; !ok && s.Note["augment"] == auto { // no changes are not recorded
		all["augment"] = none
	}
	if s.Note["schedule"] == auto {
		all["schedule"] = constant
		if course, ok := s.Used["lr"].(map[string]any); ok && course["kind"] == train.InverseSqrt {
			all["schedule"] = train.InverseSqrt
		}
	}
	if image, ok := s.Used["image"].(map[string]any); ok && all["size"] == "" && recorded(s, "size") {
		all["size"] = fmt.Sprintf("%vx%v", image["height"], image["width"])
	}
	if slices.Contains(automatic, s.Note["likelihood"]) { // sigma goes with it
		sigma, ok := scalar(s.Used["sigma"])
		switch {
		case s.Used["optimal_sigma"] == true:
			all["sigma"] = "optimal"
		case ok:
			all["sigma"] = sigma
		}
	}
	if _, timed := s.Used["time"]; timed {
		delete(all, "epochs")
		if n, _ := scalar(s.Used["epochs"]); n != "0" {
			all["epochs"] = n
			delete(all, "time")
		}
	}
	return all, nil
}

// recorded reports whether the run was started by a command that has the flag.
func recorded(s *train.Started, flag string) bool {
	_, ok := s.Note[flag]
	return ok
}

// scalar is a text or a number as a flag takes it.
func scalar(value any) (text string, ok bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	}
	return "", false
}

// restore gives every flag that was left out the value with which the run in --out was
// started, and refuses one that differs.
func (f *flags) restore(p *pflag.FlagSet) error {
	started, err := train.StartedWith(f.out)
	if err != nil || started == nil {
		return err
	}
	f.restored = true
	chosen, err := used(started)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(f.out, models.ConfigFile), err)
	}
	p.VisitAll(func(flag *pflag.Flag) {
		value, ok := started.Note[flag.Name]
		switch {
		case flag.Name == "augment" && !ok:
			value = none
		case flag.Name == "schedule" && !ok: // as older versions had it
			value = constant
		case !ok: // by an older version, which did what the default does
			value = cli.FlagDefault(flag)
		}
		text := cli.FlagText(flag)
		switch {
		case err != nil || slices.Contains(unrecorded, flag.Name):
		case !f.given(p, flag.Name):
			if f.given(p, alternatives[flag.Name]) {
				return
			}
			if e := flag.Value.Set(value); e != nil { // not p.Set, which would count as given
				err = fmt.Errorf("%s: the recorded --%s %s: %w", filepath.Join(f.out, models.ConfigFile), flag.Name, value, cli.Unfit(flag, e))
			}
		case !slices.Contains(free, flag.Name) && text != value && text != chosen[flag.Name]:
			was := cmp.Or(chosen[flag.Name], value, "none")
			if slices.Contains(automatic, was) && flag.Name != "seed" || was == "0s" {
				was = "without it"
			} else {
				was = "with " + was
			}
			err = fmt.Errorf("%s %s: the run in %s was started %s: leave the flag out, or give another --out", f.place(flag.Name), text, f.out, was)
		}
	})
	if err == nil && f.augment.auto {
		err = f.augment.settle(chosen["augment"])
	}
	if d, ok := scalar(started.Used["weight-decay"]); ok && err == nil && f.weightDecay == auto {
		err = f.settleDecay(d)
	}
	return err
}

// asksForRun reports whether a flag is given that says more about a run than how long and where.
func (f *flags) asksForRun(p *pflag.FlagSet) (asks bool) {
	p.VisitAll(func(flag *pflag.Flag) {
		longer := slices.Contains(free, flag.Name) && flag.Name != "data"
		asks = asks || f.given(p, flag.Name) && !longer && !slices.Contains(unrecorded, flag.Name)
	})
	return asks
}

// given reports whether a flag has its value from the command line or the file --config.
func (f *flags) given(p *pflag.FlagSet, flag string) bool {
	return p.Changed(flag) || slices.Contains(f.filed, flag)
}

// note is what is recorded of the flags.
func note(p *pflag.FlagSet) map[string]string {
	all := map[string]string{}
	p.VisitAll(func(flag *pflag.Flag) {
		if !slices.Contains(unrecorded, flag.Name) {
			all[flag.Name] = cli.FlagText(flag)
		}
	})
	return all
}
