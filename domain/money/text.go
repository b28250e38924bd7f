package money

import (
	"fmt"
	"math"
	"strconv"
)

// Parse reads a decimal string in major units, such as "11200.00" or "-3.5".
// It refuses signs other than a leading minus, exponents, spaces, and more decimals than the
// currency has (ErrOverPrecise), even when they are zero. ErrTooLarge is for more than MaxMinor,
// or more than 19 digits.
func Parse(s string, c Currency) (Amount, error) {
	t, err := scan(s)
	if err != nil {
		return Amount{}, err
	}
	if t.decimals > int(c.Digits()) {
		return Amount{}, fmt.Errorf("%w: %s has %d", ErrOverPrecise, c, c.Digits())
	}
	for ; t.decimals < int(c.Digits()); t.decimals++ {
		t.add('0')
	}
	minor, err := t.minor()
	if err != nil || minor > MaxMinor || minor < -MaxMinor {
		return Amount{}, ErrTooLarge
	}
	return Amount{minor, c}, nil
}

// text is an amount as it is spelt: an optional minus, digits, and optionally a point and digits.
type text struct {
	negative bool
	number   uint64 // all digits together; of no meaning when they are too many
	digits   int
	decimals int // how many of the digits stand after the point
}

// most is how many digits an amount may be spelt with. So many always fit into 64 bits without a sign.
const most = 19

func (t *text) add(digit byte) {
	if t.digits++; t.digits <= most {
		t.number = t.number*10 + uint64(digit-'0')
	}
}

// scan reads a spelling. Errors: ErrInvalidAmount.
func scan[S string | []byte](s S) (text, error) {
	var t text
	i := 0
	if len(s) > 0 && s[0] == '-' {
		t.negative, i = true, 1
	}
	point := -1
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			t.add(c)
		case c == '.' && point < 0 && t.digits > 0:
			point = t.digits
		default:
			return text{}, ErrInvalidAmount
		}
	}
	if point >= 0 {
		t.decimals = t.digits - point
	}
	if t.digits == 0 || point >= 0 && t.decimals == 0 {
		return text{}, ErrInvalidAmount
	}
	return t, nil
}

// minor is the number that the digits spell. Errors: ErrTooLarge, when they are too many, or when 64
// bits with a sign do not hold them.
func (t *text) minor() (int64, error) {
	switch {
	case t.digits > most || t.number > math.MaxInt64:
		return 0, ErrTooLarge
	case t.negative:
		return -int64(t.number), nil
	}
	return int64(t.number), nil
}

// String is the amount in major units with every decimal of its currency: "11200.00".
func (a Amount) String() string { return string(a.appendText(nil)) }

func (a Amount) appendText(b []byte) []byte {
	minor := uint64(a.minor)
	if a.minor < 0 {
		b = append(b, '-')
		minor = -minor
	}
	var scratch [20]byte
	text, decimals := strconv.AppendUint(scratch[:0], minor, 10), int(a.currency.Digits())
	if decimals == 0 {
		return append(b, text...)
	}
	whole := len(text) - decimals
	if whole > 0 {
		b = append(b, text[:whole]...)
		b = append(b, '.')
		return append(b, text[whole:]...)
	}
	b = append(b, '0', '.')
	for ; whole < 0; whole++ {
		b = append(b, '0')
	}
	return append(b, text...)
}

// AppendJSON adds the amount as a decimal string, "11200.00" in quotes.
func (a Amount) AppendJSON(b []byte) []byte {
	return append(a.appendText(append(b, '"')), '"')
}

// MarshalJSON is what AppendJSON adds.
func (a Amount) MarshalJSON() ([]byte, error) { return a.AppendJSON(nil), nil }

// ScanJSON reads an amount of at most 18 digits at the beginning of b, as MarshalJSON writes it, and
// tells how many bytes it takes. It is 0, and the amount stays as it was, where there is none.
func (a *Amount) ScanJSON(b []byte) int {
	var number int64
	i, digits, point := 1, 0, -1
	negative := len(b) > 1 && b[1] == '-'
	if negative {
		i++
	}
	for ; i < len(b); i++ {
		if digit := b[i] - '0'; digit <= 9 {
			number = number*10 + int64(digit)
			digits++
		} else if b[i] == '.' && point < 0 {
			point = digits
		} else {
			break
		}
	}
	if i >= len(b) || b[0] != '"' || b[i] != '"' || digits == 0 || digits > 18 || point == 0 || point == digits {
		return 0
	}
	if negative {
		number = -number
	}
	decimals := 0
	if point > 0 {
		decimals = digits - point
	}
	*a = Amount{number, scaleOnly + Currency(decimals)}
	return i + 1
}

// UnmarshalJSON reads what MarshalJSON wrote; it is not held to MaxMinor, since a sum of amounts may
// be more than that. The amount has no currency until it meets one.
func (a *Amount) UnmarshalJSON(b []byte) error {
	if n := a.ScanJSON(b); n > 0 && n == len(b) {
		return nil
	}
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return fmt.Errorf("%w: not a string", ErrInvalidAmount)
	}
	t, err := scan(b[1 : len(b)-1])
	if err != nil {
		return err
	}
	minor, err := t.minor()
	if err != nil {
		return err
	}
	*a = Amount{minor, scaleOnly + Currency(t.decimals)}
	return nil
}
