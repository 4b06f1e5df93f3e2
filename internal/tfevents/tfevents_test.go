package tfevents

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"reflect"
	"testing"
)

func events() []Event {
	return []Event{First(1.5), {Time: 2.5, Step: 469, Scalars: []Scalar{{"train/elbo", -150.25}, {"test/elbo", -149}}}, {Time: 3, Step: 1 << 40}}
}

func file(events []Event) []byte {
	var data []byte
	for _, e := range events {
		data = Append(data, e)
	}
	return data
}

func TestReadBack(t *testing.T) {
	data := file(events())
	r := NewReader(bytes.NewReader(data))
	for i, want := range events() {
		if got, err := r.Next(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("event %d is %+v, want %+v; error %v", i, got, want, err)
		}
	}
	if _, err := r.Next(); err != io.EOF || r.End != int64(len(data)) {
		t.Errorf("end at %d of %d: error %v", r.End, len(data), err)
	}
}

func TestMaskedChecksum(t *testing.T) {
	// Of the 32 zero bytes of RFC 3720, appendix B.4, the CRC32C is 8a9136aa.
	if got, want := masked(make([]byte, 32)), uint32(0x0fd7fffa); got != want {
		t.Errorf("%08x, want %08x", got, want)
	}
}

func TestDamage(t *testing.T) {
	whole := file(events())
	first := len(file(events()[:1]))
	for n := first + 1; n < len(whole); n++ {
		if n == len(file(events()[:2])) {
			continue
		}
		last, r := error(nil), NewReader(bytes.NewReader(whole[:n]))
		for last == nil {
			_, last = r.Next()
		}
		if !errors.Is(last, ErrDamaged) {
			t.Fatalf("%d of %d bytes: error %v", n, len(whole), last)
		}
	}
	for i := range whole {
		changed := bytes.Clone(whole)
		changed[i] ^= 0x40
		last, r := error(nil), NewReader(bytes.NewReader(changed))
		for last == nil {
			_, last = r.Next()
		}
		if !errors.Is(last, ErrDamaged) {
			t.Fatalf("byte %d changed: error %v", i, last)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add(file(events()))
	f.Add(file(events())[:40])
	huge, _ := hex.DecodeString("ffffffffffffff7f00000000")
	f.Add(huge)
	f.Fuzz(func(t *testing.T, data []byte) {
		r := NewReader(bytes.NewReader(data))
		for {
			if _, err := r.Next(); err != nil {
				break
			}
		}
		if r.End > int64(len(data)) {
			t.Errorf("the end is at %d of %d", r.End, len(data))
		}
		parseEvent(data)
	})
}
