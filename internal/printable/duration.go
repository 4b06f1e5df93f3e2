package printable

import "time"

// Duration leaves of d what people want to know.
func Duration(d time.Duration) time.Duration {
	for _, unit := range []time.Duration{time.Second, 100 * time.Millisecond, time.Millisecond, 10 * time.Microsecond} {
		if d >= 50*unit {
			return d.Round(unit)
		}
	}
	return d
}
