// Package date has civil dates: a day in the calendar of a lender, without time or zone.
package date

import (
	"errors"
	"fmt"
	"time"
)

// ErrInvalid is returned for a text that is not a date of the form YYYY-MM-DD in the years 1900 to 9999.
var ErrInvalid = errors.New("not a date of the form YYYY-MM-DD")

// Date is a civil day, stored as days since 0001-01-01. The zero value is no date.
type Date struct{ days int32 }

var epoch = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)

const secondsPerDay = 24 * 60 * 60

// New is the day of a year, month and day of month; a day past the month's end runs on into the next month.
func New(year int, month time.Month, day int) Date {
	return fromTime(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

func fromTime(t time.Time) Date {
	return Date{int32((t.Unix() - epoch.Unix()) / secondsPerDay)}
}

// Of is the civil day of an instant in a time zone.
func Of(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return New(y, m, d)
}

// MustParse is Parse for texts in the program itself.
func MustParse(s string) Date {
	d, err := Parse(s)
	if err != nil {
		panic(fmt.Sprintf("date: %q: %v", s, err))
	}
	return d
}

// FromDays is the date of a number of days since 0001-01-01, as Days gives it.
func FromDays(n int64) Date { return Date{int32(n)} }

// Days is the number of days since 0001-01-01.
func (d Date) Days() int64 { return int64(d.days) }

// Time is midnight UTC of the day.
func (d Date) Time() time.Time {
	return time.Unix(epoch.Unix()+int64(d.days)*secondsPerDay, 0).UTC()
}

// In is the first instant of the day in a time zone.
func (d Date) In(zone *time.Location) time.Time {
	y, m, day := d.Time().Date()
	return time.Date(y, m, day, 0, 0, 0, 0, zone)
}

// Year is the calendar year.
func (d Date) Year() int { return d.Time().Year() }

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d.days == 0 }

// AddDays is the day n days later, or earlier where n is negative.
func (d Date) AddDays(n int) Date { return Date{d.days + int32(n)} }

// AddMonths is the same day of the month n months later; a day that the month lacks becomes its last one.
func (d Date) AddMonths(n int) Date {
	y, m, day := d.Time().Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	return New(last.Year(), last.Month(), min(day, last.Day()))
}

// Sub is the number of days from e to d.
func (d Date) Sub(e Date) int { return int(d.days - e.days) }

// Before reports d < e.
func (d Date) Before(e Date) bool { return d.days < e.days }

// After reports d > e.
func (d Date) After(e Date) bool { return d.days > e.days }

// Compare is -1, 0 or 1 as d is before, the same as, or after e.
func (d Date) Compare(e Date) int { return int(min(1, max(-1, d.days-e.days))) }

// Earlier is the earlier of two dates.
func Earlier(a, b Date) Date {
	if b.Before(a) {
		return b
	}
	return a
}

// Later is the later of two dates.
func Later(a, b Date) Date {
	if a.Before(b) {
		return b
	}
	return a
}
