package jsontext

import "math"

// Int is a whole number that fits into so many bits with its sign; 0 for null. As in encoding/json,
// a number with a point or an exponent is none, even when it is whole.
func (r *Reader) Int(bits int) int64 {
	negative := r.peek() == '-'
	if negative {
		r.pos++
	}
	most := uint64(1)<<(bits-1) - 1
	if negative {
		most++
	}
	n, ok := r.digits(most, !negative)
	switch {
	case !ok:
		return 0
	case negative:
		return -int64(n)
	}
	return int64(n)
}

// Uint is a whole number, not negative, that fits into so many bits; 0 for null.
func (r *Reader) Uint(bits int) uint64 {
	r.peek()
	n, _ := r.digits(math.MaxUint64>>(64-bits), true)
	return n
}

// digits reads a whole number without a sign. It is false for null, and after an error.
func (r *Reader) digits(most uint64, orNull bool) (n uint64, ok bool) {
	start := r.pos
	for ; r.pos < len(r.data); r.pos++ {
		c := uint64(r.data[r.pos] - '0')
		if c > 9 {
			break
		}
		if n > most/10 || n*10 > most-c {
			r.fail("a number within its limits")
			return 0, false
		}
		n = n*10 + c
	}
	switch length := r.pos - start; {
	case length == 0 && orNull && r.pos < len(r.data) && r.data[r.pos] == 'n':
		r.literal("null")
		return 0, false
	case length == 0 || length > 1 && r.data[start] == '0':
		r.fail("a whole number")
		return 0, false
	}
	return n, true
}

// number skips a number of any kind.
func (r *Reader) number() {
	if r.data[r.pos] == '-' {
		r.pos++
	}
	if zero := r.at('0'); zero {
		r.pos++
	} else {
		r.someDigits()
	}
	if r.at('.') {
		r.pos++
		r.someDigits()
	}
	if r.at('e') || r.at('E') {
		r.pos++
		if r.at('+') || r.at('-') {
			r.pos++
		}
		r.someDigits()
	}
}

func (r *Reader) at(c byte) bool { return r.pos < len(r.data) && r.data[r.pos] == c }

func (r *Reader) someDigits() {
	start := r.pos
	for r.pos < len(r.data) && r.data[r.pos]-'0' <= 9 {
		r.pos++
	}
	if r.pos == start {
		r.fail("a digit")
	}
}
