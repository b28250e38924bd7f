package projections_test

import (
	"strconv"

	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/domain/product"

	"github.com/google/uuid"
)

// terms of the products that random loans are lent on, by the currency of the lender.
var productTerms = map[money.Currency][]string{
	money.RUB: {`{"currency":"RUB","interest":{"method":"declining","rate":"0.8","per":"day"},
		"penalty":{"base":"overdue_principal","percent":"20","per":"year"},
		"prolongation":{"requires":"accrued_interest","max_count":5,"max_days":30},
		"allocation":{"by_law":"RU"},"cost_cap":{"by_law":"RU"}}`,
		`{"currency":"RUB","interest":{"method":"declining","rate":"60","per":"year","day_count":"actual/actual","first_day":"included","after_maturity":"stops"},
		"fees":[{"name":"opening","charged_on":"disbursement","percent_of":"principal","percent":"2"}],
		"penalty":{"grace_days":2,"base":"overdue_principal","percent":"5","per":"once"},"cost_cap":{"percent_of_principal":"15"}}`},
	money.EUR: {`{"currency":"EUR","interest":{"method":"fixed_fee","prices":[{"days":5,"percent":"6"},{"days":9,"percent":"11"}],"after_maturity":"stops"},
		"penalty":{"base":"overdue_principal","percent":"1","per":"day","cap_percent_of_principal":"20"},
		"prolongation":{"requires":"price","prices":[{"days":3,"percent":"4"},{"days":7,"percent":"10"}]},
		"allocation":{"by":"instalment","order":["penalty","fee","interest","principal"]}}`},
	money.JPY: {`{"currency":"JPY","rounding":"down","interest":{"method":"declining","rate":"18","per":"year","day_count":"actual/360"},
		"penalty":{"base":"overdue_principal","percent":"0.05","per":"day"}}`},
}

// step does one random thing; many are refused, as in life.
func (l *lives) step() {
	l.t.Helper()
	r := l.random
	if len(l.loans) == 0 || r.IntN(5) == 0 {
		l.applyFor()
		return
	}
	id := l.loans[r.IntN(len(l.loans))]
	if r.IntN(4) > 0 { // mostly younger ones, so that lives get on
		id = l.loans[len(l.loans)-1-r.IntN(min(12, len(l.loans)))]
	}
	s := l.memory.State(id)
	ref := ""
	if r.IntN(5) > 0 {
		ref = "ref-" + strconv.Itoa(r.IntN(1000))
	}
	switch s.Status {
	case loan.Requested:
		switch r.IntN(8) {
		case 0:
			_ = l.do("loan.reject", id, &loan.Reject{Reason: "income"})
		case 1:
			_ = l.do("loan.cancel", id, &loan.Cancel{})
		default:
			_ = l.do("loan.approve", id, &loan.Approve{})
		}
	case loan.Offered:
		if r.IntN(6) > 0 {
			_ = l.do("loan.disburse", id, &loan.Disburse{Ref: ref})
		}
	case loan.Active:
		l.live(id, s, ref)
	default:
		if r.IntN(5) == 0 { // something is heard of a loan that has ended
			l.append([]ledger.Logged{{Stream: id, Fact: loan.SigningFailed{On: l.memory.Business(), Attempt: r.IntN(100)}}})
			return
		}
		_ = l.do("borrower.certify", s.Borrower, &ledger.Certify{})
	}
}

func (l *lives) live(id uuid.UUID, s loan.State, ref string) {
	r, today := l.random, l.memory.Business()
	on := today
	if r.IntN(4) == 0 {
		on = today.AddDays(-r.IntN(4))
	}
	owed := s.BalancesOn(on).Total
	amount := owed
	switch r.IntN(8) {
	case 0, 1: // all of it
	case 2: // more than all
		amount = owed.Add(money.New(1+r.Int64N(5000), s.Currency))
	case 3, 4: // a part
		amount = money.New(1+r.Int64N(max(1, owed.Minor())), s.Currency)
	case 5:
		_ = l.do("loan.prolong", id, &loan.Prolong{Days: 3 + 4*r.IntN(2), Ref: ref})
		return
	case 6: // with the payment that the refusal asks for
		if p := s.Terms.Prolongation; p != nil && p.Requires == product.AccruedInterest {
			b := s.BalancesOn(today)
			due := money.Sum(b.Interest, b.Fees, b.Penalty)
			_ = l.do("loan.prolong", id, &loan.Prolong{Days: 5, Payment: money.Input(due.String()), Ref: ref})
		}
		return
	default:
		return
	}
	_ = l.do("loan.repay", id, &loan.Repay{Amount: money.Input(amount.String()), ValueDate: on, Ref: ref})
}

// revive pays a loan out that had ended, which no command does; but the log may hold it one day.
func (l *lives) revive() {
	l.t.Helper()
	for i := len(l.loans) - 1; i >= 0; i-- {
		s, today := l.memory.State(l.loans[i]), l.memory.Business()
		if s.Status == loan.Refused || s.Status == loan.Expired || s.Status == loan.Withdrawn {
			zero := money.Zero(s.Currency)
			l.append([]ledger.Logged{{Stream: s.ID, Fact: loan.Disbursed{
				Transaction: uuid.New(), On: today, ValueDate: today, Currency: s.Currency, Amount: s.Principal, Due: today.AddDays(2),
				Price: zero, Fees: zero, Recognised: loan.Recognised{Interest: zero, Fees: zero, Penalty: zero},
			}}})
			return
		}
	}
	l.t.Error("no loan has ended without a payout")
}

// applyFor lets somebody apply, mostly somebody new.
func (l *lives) applyFor() {
	r := l.random
	apply := &ledger.Apply{
		Product: l.products[r.IntN(len(l.products))], Principal: money.Input(strconv.Itoa(1 + r.IntN(20000))), TermDays: []int{5, 9}[r.IntN(2)],
	}
	if len(l.borrowers) > 0 && r.IntN(3) == 0 {
		apply.BorrowerID = l.borrowers[r.IntN(len(l.borrowers))]
	} else {
		apply.BorrowerID = ident.Derive(ident.Book(l.book), "borrower", []byte(strconv.Itoa(len(l.borrowers))))
		apply.Borrower = somebody(len(l.borrowers))
	}
	id := l.memory.NextCommand()
	logged, err := l.memory.Do(id, "loan.apply", uuid.Nil, apply)
	if err != nil {
		return
	}
	l.append(logged)
	l.loans = append(l.loans, ledger.LoanID(ident.Book(l.book), id))
	if apply.Borrower != nil {
		l.borrowers = append(l.borrowers, apply.BorrowerID)
	}
}

func somebody(n int) *borrower.Person {
	return &borrower.Person{
		FullName: "Somebody", BirthDate: date.MustParse("1980-01-01"), DocumentNumber: "D" + strconv.Itoa(n+100000), Phone: "+10000000000",
	}
}
