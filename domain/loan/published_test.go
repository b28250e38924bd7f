package loan_test

import (
	"testing"

	"loanledger/domain/loan"
)

// TestPublishedFigures are worked examples that others published: what is owed, where it was shown.
func TestPublishedFigures(t *testing.T) {
	const perDay = `{"currency": "RUB", "rounding": "half_up", "term_days": 32, "interest": {"method": "declining", "rate": "1", "per": "day"},
		"penalty": {"base": "overdue_principal", "percent": "0.0547", "per": "day"}}`
	t.Run("banki.ru: the cap of 130 per cent", func(t *testing.T) {
		paidOut(t, "2025-12-01", "10000.00", `{"currency": "RUB", "term_days": 30, "interest": {"method": "declining", "rate": "0.8", "per": "day"},
			"cost_cap": {"percent_of_principal": "130"}}`).until("2027-01-05").owes("10000.00", "13000.00", "0.00", "0.00")
	})
	t.Run("calcguide.com: 1 per cent a day for 20 days", func(t *testing.T) {
		paidOut(t, "2025-03-03", "10000.00", `{"currency": "RUB", "term_days": 20, "interest": {"method": "declining", "rate": "1", "per": "day"}}`).
			until("2025-03-23").owes("10000.00", "2000.00", "0.00", "0.00")
	})
	t.Run("manymo.ru: 14 days late", func(t *testing.T) {
		// the source shows the interest of the late days, 1400.00, alone: the 3200.00 until the due
		// date were paid there
		paidOut(t, "2025-03-03", "10000.00", perDay).
			until("2025-04-04").owes("10000.00", "3200.00", "0.00", "0.00").
			until("2025-04-18").owes("10000.00", "4600.00", "0.00", "76.58")
		paidOut(t, "2025-03-03", "10000.00", perDay).
			until("2025-04-04").does(loan.Repay{Amount: "3200.00"}).
			until("2025-04-18").owes("10000.00", "1400.00", "0.00", "76.58")
	})
	t.Run("FSharp.Finance.Personal: SettlementTest001", func(t *testing.T) {
		paidOut(t, "2023-11-28", "250.00", `{"currency": "GBP", "rounding": "down", "term_days": 200, "interest": {"method": "declining", "rate": "0.8", "per": "day"}}`).
			until("2023-12-22").does(loan.Repay{Amount: "100.53"}).
			until("2024-01-22").does(loan.Repay{Amount: "100.53"}).
			until("2024-02-22").does(loan.Repay{Amount: "100.53"}).
			until("2024-03-19").owes("81.56", "16.96", "0.00", "0.00").does(loan.Repay{Amount: "98.52"}).is(loan.Closed)
	})
}
