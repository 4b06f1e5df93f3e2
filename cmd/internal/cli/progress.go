package cli

import (
	"fmt"
	"io"
	"iter"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Progress tells how far a job is: a bar with rate and remaining time where
// standard error is a terminal, a line every ten seconds where it is not,
// nothing under --quiet. Its methods may be called from many goroutines.
type Progress struct {
	line     *line
	unit     string
	total    int
	started  time.Time
	interval time.Duration // between plain lines

	// Guarded by line.mu.
	done        int
	skipped     int // of done, before this job started
	description string
	bar         *progressbar.ProgressBar // nil where plain lines are printed
	plain       io.Writer                // nil under --quiet
	printed     time.Time                // when the latest plain line was
}

// Progress starts a job of total units, or of -1 where the number is not known, named in
// the plural ("images"). Stop
// ends it; only one runs at a time.
func (a *App) Progress(total int, unit string) *Progress {
	now := time.Now()
	p := &Progress{line: a.err.line, unit: unit, total: total, started: now, printed: now, interval: 10 * time.Second}
	if a.Quiet {
		return p
	}
	if !a.err.interactive {
		p.plain = a.err
		return p
	}
	p.bar = progressbar.NewOptions(total,
		progressbar.OptionSetWriter(a.err.w),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString(unit),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetWidth(20),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionSetRenderBlankState(true),
	)
	p.line.mu.Lock()
	defer p.line.mu.Unlock()
	p.line.bar = p.bar
	return p
}

// Add counts n more units as done.
func (p *Progress) Add(n int) {
	p.line.mu.Lock()
	p.done += n
	var text string
	switch {
	case p.bar != nil && p.line.bar == p.bar:
		p.bar.Add(n)
	case p.plain != nil && time.Since(p.printed) >= p.interval:
		p.printed = time.Now()
		text = p.String()
	}
	p.line.mu.Unlock()
	if text != "" {
		fmt.Fprintln(p.plain, text)
	}
}

// Counted yields the items of a stream and counts each as done.
func Counted[T any](p *Progress, items iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range items {
			if !yield(item, err) || err != nil {
				return
			}
			p.Add(1)
		}
	}
}

// Skip counts n units that an earlier job did. They say nothing about the rate.
func (p *Progress) Skip(n int) {
	p.line.mu.Lock()
	p.skipped += n
	p.line.mu.Unlock()
	p.Add(n)
}

// Describe sets the text beside the bar, such as the loss terms so far.
func (p *Progress) Describe(format string, args ...any) {
	p.line.mu.Lock()
	defer p.line.mu.Unlock()
	p.description = fmt.Sprintf(format, args...)
	if p.bar != nil && p.line.bar == p.bar {
		p.bar.Describe(p.description)
	}
}

// Stop takes the bar off the screen. It may be called twice.
func (p *Progress) Stop() {
	p.line.mu.Lock()
	defer p.line.mu.Unlock()
	if p.line.bar == p.bar {
		p.line.clear()
	}
}

// Done is Stop for a job that is at its end, and returns how many seconds it took.
func (p *Progress) Done() float64 {
	p.Stop()
	return time.Since(p.started).Seconds()
}

// String returns the plain line: "epoch 3: 3200 of 60000 images, 2710 images/s, 21s left".
func (p *Progress) String() string {
	s := fmt.Sprintf("%d of %d %s", p.done, p.total, p.unit)
	if p.total < 0 {
		s = fmt.Sprintf("%d %s", p.done, p.unit)
	}
	if p.description != "" {
		s = p.description + ": " + s
	}
	// How long the first unit took says little: the job had to start.
	if n, elapsed := p.done-p.skipped, time.Since(p.started); n > 1 && elapsed > 0 {
		rate := float64(n) / elapsed.Seconds()
		digits := "%.0f"
		if rate < 10 {
			digits = "%.2g"
		}
		s += fmt.Sprintf(", "+digits+" %s/s", rate, p.unit)
		if p.total >= 0 {
			left := time.Duration(float64(max(0, p.total-p.done)) / rate * float64(time.Second))
			s += fmt.Sprintf(", %v left", left.Round(time.Second))
		}
	}
	return s
}

// line is the last line of the screen, which a progress bar may occupy.
type line struct {
	mu  sync.Mutex
	bar *progressbar.ProgressBar // nil when the line is free
}

// terminal is a writer that moves a progress bar out of the way of what it writes.
type terminal struct {
	w           io.Writer
	line        *line
	interactive bool // whether w is a terminal
}

// free takes a bar that is still there off the screen.
func (l *line) free() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
}

// clear is free for those who hold the lock.
func (l *line) clear() {
	if l.bar != nil {
		l.bar.Clear()
		l.bar = nil
	}
}

func (l *line) terminal(w io.Writer) *terminal {
	f, ok := w.(*os.File)
	return &terminal{w: w, line: l, interactive: ok && term.IsTerminal(int(f.Fd()))}
}

func (t *terminal) Write(p []byte) (int, error) {
	t.line.mu.Lock()
	defer t.line.mu.Unlock()
	bar := t.line.bar
	if bar == nil || bar.IsFinished() || !t.interactive {
		return t.w.Write(p)
	}
	bar.Clear()
	n, err := t.w.Write(p)
	io.WriteString(t.w, bar.String()) // what was there, as the bar itself may find it too early to draw again
	return n, err
}
