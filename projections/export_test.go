package projections

import "loanledger/domain/money"

// NumericRow is a row of COPY with one field: minor units as the currency's numeric.
func NumericRow(minor int64, c money.Currency) []byte {
	r := copyRows{buf: append([]byte(nil), copyHeader...)}
	r.begin(1)
	r.amount(money.New(minor, c), c)
	return append(r.buf, copyTrailer...)
}

// Forgetful makes projectors forget loans all the time, until the answer is called.
func Forgetful() (restore func()) {
	was := stateBytes
	stateBytes = 3000
	return func() { stateBytes = was }
}
