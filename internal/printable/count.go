package printable

import "fmt"

// Count is a number of things, by the name of one or of many.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
