package date_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loanledger/domain/date"
)

// TestEveryDay: all days of the years that can be read, against package time, there and back.
func TestEveryDay(t *testing.T) {
	at := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	first := date.New(1900, 1, 1)
	for d := first; at.Year() < 10000; d, at = d.AddDays(1), at.AddDate(0, 0, 1) {
		text := at.Format(time.DateOnly)
		read, err := date.Parse(text)
		if err != nil || read != d || d.String() != text {
			t.Fatalf("%s: %v %v, written as %s", text, read, err, d)
		}
	}
}

// TestDaysBeforeAndAfter: days that cannot be read are still written as package time writes them.
func TestDaysBeforeAndAfter(t *testing.T) {
	for _, days := range []int64{1, 58, 59, 60, 365, 366, 1460, 1461, 36523, 36524, 36525, 146096, 146097, 146098, 693594, 693595, -1, -400, 3652058, 3652059, 3652060, 1 << 30} {
		d := date.FromDays(days)
		if want := d.Time().Format(time.DateOnly); d.String() != want {
			t.Errorf("day %d is written as %s, want %s", days, d, want)
		}
	}
}

// TestTextsThatAreDates: any text is a date when package time says so and its year is one of ours.
func TestTextsThatAreDates(t *testing.T) {
	texts := rapid.OneOf(rapid.StringMatching(`[0-9]{4}-[01][0-9]-[0-3][0-9]`), rapid.StringMatching(`(18|19|20)[0-9]{2}-(02|06|12)-[23][0-9]`), rapid.StringMatching(`[0-9:/-]{8,11}`), rapid.String())
	rapid.Check(t, func(r *rapid.T) {
		text := texts.Draw(r, "text")
		at, err := time.Parse(time.DateOnly, text)
		valid := err == nil && at.Year() >= 1900
		d, err := date.Parse(text)
		if (err == nil) != valid || valid && !d.Time().Equal(at) || !valid && d != (date.Date{}) {
			r.Fatalf("%q is read as %s, %v", text, d, err)
		}
		before := date.New(2026, 11, 2)
		scanned := before
		if n := scanned.ScanJSON([]byte(`"` + text + `","x"`)); (n == 12 && scanned == d) != valid || !valid && (n != 0 || scanned != before) {
			r.Fatalf("%q is found as %s in %d bytes", text, scanned, n)
		}
		quoted, err := json.Marshal(text)
		if err != nil {
			r.Fatal(err)
		}
		var read date.Date
		if err := read.UnmarshalJSON(quoted); (err == nil) != valid || read != d {
			r.Fatalf("%s is read as %s, %v", quoted, read, err)
		}
	})
}

// TestDatesInJSON: in whatever way a string is written, and null for no date.
func TestDatesInJSON(t *testing.T) {
	for data, want := range map[string]string{
		`"2026-11-02"`: "2026-11-02", `"2026-11-0\u0032"`: "2026-11-02", `null`: "", `""`: "refused", `"2026-11-02 "`: "refused", `"2026-11-02`: "refused", `2026`: "refused", ``: "refused", `"`: "refused",
	} {
		d := date.New(2000, 1, 1)
		got := "refused"
		if err := d.UnmarshalJSON([]byte(data)); err == nil {
			got = d.String()
		}
		if got != want {
			t.Errorf("%s is read as %q, want %q", data, got, want)
		}
	}
	if got := string(date.Date{}.AppendJSON([]byte("["))); got != "[null" {
		t.Error(got)
	}
	if got := string(date.New(2026, 11, 2).AppendJSON([]byte("["))); got != `["2026-11-02"` {
		t.Error(got)
	}
}
