package date_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loanledger/domain/date"
)

func day(s string) date.Date { return date.MustParse(s) }

func TestParse(t *testing.T) {
	for _, s := range []string{"1900-01-01", "2024-02-29", "2026-12-31", "9999-12-31"} {
		if d, err := date.Parse(s); err != nil || d.String() != s {
			t.Errorf("%s is read as %s, %v", s, d, err)
		}
	}
	for _, s := range []string{
		"", "2026", "2026-1-2", "2026-02-29", "1899-12-31", "0001-01-01", "2026-13-01", "2026-00-10", "2026-01-32", "02.11.2026",
		"2026-11-02T00:00:00Z", " 2026-11-02", "2026-11-02 ", "10000-01-01", "-2026-01-01", "2026/11/02", "٢٠٢٦-١١-٠٢",
	} {
		if d, err := date.Parse(s); !errors.Is(err, date.ErrInvalid) || !d.IsZero() {
			t.Errorf("%q is read as %s, %v", s, d, err)
		}
	}
}

func TestDateJSON(t *testing.T) {
	var d date.Date
	for _, text := range []string{`"2026-02-29"`, `""`, `20261102`, `{}`, `["2026-11-02"]`, `true`} {
		if err := json.Unmarshal([]byte(text), &d); err == nil {
			t.Errorf("%s is read as %s", text, d)
		}
	}
	d = day("2026-11-02")
	if err := json.Unmarshal([]byte(`null`), &d); err != nil || !d.IsZero() || d.String() != "" {
		t.Errorf("null is read as %s, %v", d, err)
	}
	if text, err := json.Marshal(d); err != nil || string(text) != "null" {
		t.Errorf("no date is written as %s, %v", text, err)
	}
}

// drawDay draws a day of 1900 to 2200, often at the end of a month or of February.
func drawDay(r *rapid.T, name string) date.Date {
	d := date.FromDays(rapid.Int64Range(day("1900-01-01").Days(), day("2200-12-31").Days()).Draw(r, name))
	if rapid.Bool().Draw(r, name+" at an end") {
		y, m, _ := d.Time().Date()
		if rapid.Bool().Draw(r, name+" in February") {
			m = time.February
		}
		d = date.New(y, m+1, 1).AddDays(rapid.IntRange(-2, 0).Draw(r, name+" from the end"))
	}
	return d
}

func TestDatesAgreeWithTheCalendar(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a, b := drawDay(r, "a"), drawDay(r, "b")
		n := rapid.IntRange(-4000, 4000).Draw(r, "n")
		text, err := json.Marshal(a)
		var read date.Date
		switch {
		case err != nil || json.Unmarshal(text, &read) != nil || read != a:
			r.Fatalf("%s is written as %s and read as %s", a, text, read)
		case date.FromDays(a.Days()) != a, a.Time().Format(time.DateOnly) != a.String(), a.Year() != a.Time().Year():
			r.Fatalf("%s is not itself", a)
		case a.AddDays(n).Sub(a) != n, a.AddDays(n).AddDays(-n) != a:
			r.Fatalf("%d days after %s is %s", n, a, a.AddDays(n))
		case !a.AddDays(n).Time().Equal(a.Time().AddDate(0, 0, n)):
			r.Fatalf("%d days after %s is %s by the calendar", n, a, a.Time().AddDate(0, 0, n))
		case a.Before(b) != a.Time().Before(b.Time()), a.After(b) != b.Before(a), a.Compare(b) != a.Time().Compare(b.Time()):
			r.Fatalf("%s and %s are out of order", a, b)
		case date.Earlier(a, b).After(date.Later(a, b)), date.Earlier(a, b) != a && date.Earlier(a, b) != b:
			r.Fatalf("the earlier of %s and %s is %s", a, b, date.Earlier(a, b))
		case date.Of(a.In(time.UTC), time.UTC) != a:
			r.Fatalf("%s is not the day of its first instant", a)
		}
	})
}

func TestAddMonths(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-01-31", 1, "2026-02-28"},
		{"2024-01-31", 1, "2024-02-29"},
		{"2024-02-29", 12, "2025-02-28"},
		{"2024-02-29", 48, "2028-02-29"},
		{"2026-01-31", 2, "2026-03-31"},
		{"2026-01-31", 3, "2026-04-30"},
		{"2026-03-31", -1, "2026-02-28"},
		{"2026-01-15", -1, "2025-12-15"},
		{"2026-11-30", 3, "2027-02-28"},
		{"2026-12-31", 1, "2027-01-31"},
		{"2026-01-01", -13, "2024-12-01"},
		{"2026-05-31", 0, "2026-05-31"},
		{"2099-12-31", 2, "2100-02-28"},
	} {
		if got := day(c.from).AddMonths(c.months); got.String() != c.want {
			t.Errorf("%s and %d months is %s, want %s", c.from, c.months, got, c.want)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		d, n := drawDay(r, "day"), rapid.IntRange(-600, 600).Draw(r, "months")
		got := d.AddMonths(n)
		y, m, dom := d.Time().Date()
		wantY, wantM, _ := time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC).Date()
		gotY, gotM, gotDom := got.Time().Date()
		last := got.AddDays(1).Time().Day() == 1
		if gotY != wantY || gotM != wantM || gotDom > dom || gotDom < dom && !last {
			r.Fatalf("%s and %d months is %s", d, n, got)
		}
	})
}

// TestDayInTheZoneOfALender: midnight in Moscow is still the day before in Madrid.
func TestDayInTheZoneOfALender(t *testing.T) {
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	moscow, madrid := zone("Europe/Moscow"), zone("Europe/Madrid")
	at := day("2026-11-02").In(moscow)
	if got := date.Of(at, moscow); got != day("2026-11-02") {
		t.Errorf("in Moscow: %s", got)
	}
	if got := date.Of(at, madrid); got != day("2026-11-01") {
		t.Errorf("in Madrid: %s", got)
	}
	for _, summer := range []string{"2026-03-29", "2026-10-25"} { // days of 23 and of 25 hours in Madrid
		if got := date.Of(day(summer).In(madrid), madrid); got.String() != summer {
			t.Errorf("%s begins on %s", summer, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2026-11-02", "1900-01-01", "2024-02-29", "2026-02-30", "", "2026-1-1", "9999-12-31", "null"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := date.Parse(s)
		if err != nil {
			return
		}
		if d.String() != s || d.Year() < 1900 || d.Year() > 9999 {
			t.Fatalf("%q is read as %s", s, d)
		}
		text, _ := json.Marshal(d)
		var read date.Date
		if err := json.Unmarshal(text, &read); err != nil || read != d {
			t.Fatalf("%s is read as %s, %v", text, read, err)
		}
	})
}
