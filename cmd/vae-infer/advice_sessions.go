package main

import "fmt"

// advise adds to an error what the user can do.
func advise(err error, advice string) error { return fmt.Errorf("%w; %s", err, advice) }
