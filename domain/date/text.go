package date

import (
	"encoding/json"
	"time"
)

// Parse reads YYYY-MM-DD.
func Parse(s string) (Date, error) {
	if d, ok := parse(s); ok {
		return d, nil
	}
	return Date{}, ErrInvalid
}

const layout = "2006-01-02"

// parse reads exactly the ten characters of a date.
func parse[S string | []byte](s S) (Date, bool) {
	if len(s) != len(layout) || s[4] != '-' || s[7] != '-' {
		return Date{}, false
	}
	year, ok1 := digits(s[0], s[1], s[2], s[3])
	month, ok2 := digits('0', '0', s[5], s[6])
	day, ok3 := digits('0', '0', s[8], s[9])
	if !ok1 || !ok2 || !ok3 {
		return Date{}, false
	}
	if year < 1900 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return Date{}, false
	}
	return Date{civil(year, month, day)}, true
}

// digits is the number of four decimal digits.
func digits(a, b, c, d byte) (int, bool) {
	a, b, c, d = a-'0', b-'0', c-'0', d-'0'
	return int(a)*1000 + int(b)*100 + int(c)*10 + int(d), a <= 9 && b <= 9 && c <= 9 && d <= 9
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// A cycle of the calendar is 400 years. Counted from a first of March, a leap day is the last day of
// its year, and the months before any month have a length that one formula gives.
const (
	daysOfCycle   = 400*365 + 97
	daysOfCentury = 100*365 + 24
	daysOfFour    = 4*365 + 1
	// beforeMarch is the days from 0000-03-01 to 0001-01-01.
	beforeMarch = 306
)

// civil is the number of days since 0001-01-01 of a date from then on.
func civil(year, month, day int) int32 {
	month -= 3 // months since March
	if month < 0 {
		month += 12
		year--
	}
	days := 365*year + year/4 - year/100 + year/400 + (153*month+2)/5 + day - 1
	return int32(days - beforeMarch)
}

// split is the year, month and day of a date from 0001-01-01 on.
func (d Date) split() (year, month, day int) {
	days := int(d.days) + beforeMarch
	cycles := days / daysOfCycle
	days %= daysOfCycle
	centuries := min(days/daysOfCentury, 3) // the last day of a cycle is in its fourth century
	days -= centuries * daysOfCentury
	fours := days / daysOfFour
	days %= daysOfFour
	years := min(days/365, 3) // and that of four years in their fourth
	days -= years * 365
	month = (5*days + 2) / 153
	day = days - (153*month+2)/5 + 1
	year = 400*cycles + 100*centuries + 4*fours + years
	if month += 3; month > 12 {
		return year + 1, month - 12, day
	}
	return year, month, day
}

// String is YYYY-MM-DD; empty for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return string(d.appendText(make([]byte, 0, len(layout))))
}

// last is the days of the last date that has four digits for its year, 9999-12-31.
var last = civil(9999, 12, 31)

func (d Date) appendText(b []byte) []byte {
	if d.days < 0 || d.days > last {
		return d.Time().AppendFormat(b, time.DateOnly)
	}
	year, month, day := d.split()
	return append(b,
		byte('0'+year/1000), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10), '-',
		byte('0'+month/10), byte('0'+month%10), '-', byte('0'+day/10), byte('0'+day%10))
}

// AppendJSON adds the date as YYYY-MM-DD in quotes, or null for no date.
func (d Date) AppendJSON(b []byte) []byte {
	if d.IsZero() {
		return append(b, "null"...)
	}
	return append(d.appendText(append(b, '"')), '"')
}

// MarshalJSON is what AppendJSON adds.
func (d Date) MarshalJSON() ([]byte, error) { return d.AppendJSON(nil), nil }

// ScanJSON reads a date at the beginning of b, as MarshalJSON writes it, and tells how many bytes it
// takes. It is 0, and the date stays as it was, where there is none.
func (d *Date) ScanJSON(b []byte) int {
	const length = len(layout) + 2
	if len(b) < length || b[0] != '"' || b[length-1] != '"' {
		return 0
	}
	parsed, ok := parse(b[1 : length-1])
	if !ok {
		return 0
	}
	*d = parsed
	return length
}

// UnmarshalJSON reads "YYYY-MM-DD", or null.
func (d *Date) UnmarshalJSON(b []byte) error {
	if n := d.ScanJSON(b); n > 0 && n == len(b) {
		return nil
	}
	if string(b) == "null" {
		*d = Date{}
		return nil
	}
	var s string // it may have escapes in it
	if err := json.Unmarshal(b, &s); err != nil {
		return ErrInvalid
	}
	parsed, err := Parse(s)
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}
