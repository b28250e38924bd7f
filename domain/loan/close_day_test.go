package loan_test

import (
	"fmt"
	"slices"
	"testing"

	"loanledger/domain/loan"
)

// TestWhatTheEndsOfDaysRecord: each fact once, on its day, with the debt of that day.
func TestWhatTheEndsOfDaysRecord(t *testing.T) {
	const text = `{"currency": "EUR", "term_days": 15, "interest": {"method": "declining", "rate": "1", "per": "day"},
		"penalty": {"base": "overdue_principal", "percent": "1", "per": "day", "grace_days": 3},
		"prolongation": {}, "cost_cap": {"percent_of_principal": "30"}}`
	l := paidOut(t, "2026-11-02", "1000.00", text)
	l.facts = nil
	l.day(40)
	want := []string{
		"loan.fell_due on 15 owing 1000.00 150.00 0.00 0.00",
		"loan.fell_overdue on 16 owing 1000.00 160.00 0.00 0.00",
		"loan.penalty_started on 19: 10.00",
		"loan.cost_cap_reached on 24: 300.00",
	}
	if got := l.dated(); !slices.Equal(got, want) {
		t.Errorf("recorded %q", got)
	}
	// after a prolongation the new due date comes again; the penalty and the cap do not
	l = paidOut(t, "2026-11-02", "1000.00", text).day(20).does(loan.Prolong{Days: 5})
	l.facts = nil
	l.day(40)
	want = []string{
		"loan.fell_due on 25 owing 1000.00 250.00 0.00 20.00",
		"loan.fell_overdue on 26 owing 1000.00 260.00 0.00 20.00",
		"loan.cost_cap_reached on 28: 300.00", // 280.00 of interest and the penalty of 20.00
	}
	if got := l.dated(); !slices.Equal(got, want) {
		t.Errorf("after a prolongation: %q", got)
	}
}

// dated is the facts of the closings, by days after the payout.
func (l *life) dated() (lines []string) {
	parts := func(p loan.Parts) string {
		return fmt.Sprint(p.Principal, " ", p.Interest, " ", p.Fees, " ", p.Penalty)
	}
	for _, f := range l.facts {
		on, _ := loan.Dates(f)
		line := fmt.Sprintf("%s on %d", f.EventType(), on.Sub(l.state.DisbursedOn))
		switch e := f.(type) {
		case loan.FellDue:
			line += " owing " + parts(e.Owed)
		case loan.FellOverdue:
			line += " owing " + parts(e.Owed)
		case loan.PenaltyStarted:
			line += ": " + e.Penalty.String()
		case loan.CostCapReached:
			line += ": " + e.Cap.String()
		}
		lines = append(lines, line)
	}
	return lines
}

// TestOnlyTheOpenDayIsClosed: a date that has ended, or has not come, brings nothing about.
func TestOnlyTheOpenDayIsClosed(t *testing.T) {
	l := paidOut(t, "2026-11-02", "10000.00", smartcash).day(15)
	l.does(loan.CloseDay{Date: l.on.AddDays(-1)}).recorded().
		does(loan.CloseDay{Date: l.on.AddDays(1)}).recorded().
		does(loan.CloseDay{}).recorded().
		does(loan.CloseDay{Date: l.on}).recorded("loan.fell_due").
		does(loan.CloseDay{Date: l.on}).recorded()
	offered := inStatus(t, loan.Offered)
	offered.on = offered.state.OfferUntil.AddDays(-1)
	offered.does(loan.CloseDay{Date: offered.on}).recorded().does(loan.CloseDay{Date: offered.state.OfferUntil}).recorded()
	offered.on = offered.state.OfferUntil
	offered.does(loan.CloseDay{Date: offered.on}).recorded("loan.offer_expired")
}

// TestADebtRepaidOnItsDueDateIsNotDue, and one repaid a day later was.
func TestADebtRepaidOnItsDueDateIsNotDue(t *testing.T) {
	l := paidOut(t, "2026-11-02", "10000.00", smartcash).day(15)
	l.facts = nil
	l.does(loan.Repay{Amount: "11200.00"}).does(loan.CloseDay{Date: l.on}).recorded()
	l = paidOut(t, "2026-11-02", "10000.00", smartcash).day(16)
	l.recorded("loan.fell_due").does(loan.Repay{Amount: "20000.00"}).does(loan.CloseDay{Date: l.on}).recorded()
}
