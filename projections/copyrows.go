package projections

import (
	"encoding/binary"
	"time"

	"loanledger/domain/date"
	"loanledger/domain/money"

	"github.com/google/uuid"
)

// copyRows is rows of one table in the binary format of COPY. Live and rebuilt rows are written by
// this one encoder and loaded by the same COPY, so that they cannot differ in form.
type copyRows struct {
	buf   []byte
	count int
	// replaced is the loans whose earlier rows these rows take the place of.
	replaced []uuid.UUID
}

// copyHeader is the signature, the flags and the extension of the format; copyTrailer ends it.
var (
	copyHeader  = append([]byte("PGCOPY\n\xff\r\n\x00"), 0, 0, 0, 0, 0, 0, 0, 0)
	copyTrailer = []byte{0xff, 0xff}
)

func (r *copyRows) reset() { r.buf, r.count, r.replaced = r.buf[:0], 0, r.replaced[:0] }

// begin begins a row with a number of fields, which have to follow in the order of the columns.
func (r *copyRows) begin(fields int) {
	r.count++
	r.buf = binary.BigEndian.AppendUint16(r.buf, uint16(fields))
}

func (r *copyRows) size(n int32) { r.buf = binary.BigEndian.AppendUint32(r.buf, uint32(n)) }

func (r *copyRows) null() { r.size(-1) }

func (r *copyRows) int32(n int) {
	r.size(4)
	r.buf = binary.BigEndian.AppendUint32(r.buf, uint32(int32(n)))
}

func (r *copyRows) int64(n int64) {
	r.size(8)
	r.buf = binary.BigEndian.AppendUint64(r.buf, uint64(n))
}

func (r *copyRows) text(s string) {
	r.size(int32(len(s)))
	r.buf = append(r.buf, s...)
}

func (r *copyRows) uuid(id uuid.UUID) {
	r.size(16)
	r.buf = append(r.buf, id[:]...)
}

// firstPostgresDay is where Postgres counts the days of its dates from.
var firstPostgresDay = date.New(2000, time.January, 1)

// date writes a date; no date is null.
func (r *copyRows) date(d date.Date) {
	if d.IsZero() {
		r.null()
		return
	}
	r.size(4)
	r.buf = binary.BigEndian.AppendUint32(r.buf, uint32(int32(d.Sub(firstPostgresDay))))
}

var firstPostgresMicros = firstPostgresDay.Time().UnixMicro()

func (r *copyRows) time(t time.Time) { r.int64(t.UnixMicro() - firstPostgresMicros) }

// amount writes an amount in major units with the decimals of a currency. An amount of another
// currency panics.
func (r *copyRows) amount(a money.Amount, c money.Currency) {
	at := len(r.buf)
	r.size(0)
	r.buf = appendNumeric(r.buf, money.Zero(c).Add(a).Minor(), c.Digits())
	binary.BigEndian.PutUint32(r.buf[at:], uint32(len(r.buf)-at-4))
}

// appendNumeric is minor / 10^scale in Postgres' binary form of a numeric: digits to the base 10 000,
// the first of which has a weight, and the number of decimals to show. The scale is at most 4.
func appendNumeric(b []byte, minor int64, scale int32) []byte {
	const base, positive, negative = 10_000, 0x0000, 0x4000
	sign, rest := uint16(positive), uint64(minor)
	if minor < 0 {
		sign, rest = negative, uint64(-minor)
	}
	unit := uint64(1)
	for range scale {
		unit *= 10
	}
	whole, fraction := rest/unit, rest%unit*(base/unit)
	var digits [6]uint16 // from the last one
	weight, n := -1, 0   // the weight of the first digit; a whole number of one digit has weight 0
	if fraction > 0 {
		digits[0], n = uint16(fraction), 1
	}
	for ; whole > 0; whole /= base {
		digits[n] = uint16(whole % base)
		n, weight = n+1, weight+1
	}
	// Zeros at the end of a whole number are not written.
	first := 0
	for first < n && digits[first] == 0 {
		first++
	}
	if first == n {
		weight, sign = 0, positive
	}
	b = binary.BigEndian.AppendUint16(b, uint16(n-first))
	b = binary.BigEndian.AppendUint16(b, uint16(int16(weight)))
	b = binary.BigEndian.AppendUint16(b, sign)
	b = binary.BigEndian.AppendUint16(b, uint16(scale))
	for i := n - 1; i >= first; i-- {
		b = binary.BigEndian.AppendUint16(b, digits[i])
	}
	return b
}
