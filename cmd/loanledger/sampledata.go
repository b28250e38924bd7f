package main

import (
	"context"
	"fmt"
	"strings"

	"loanledger/adapters/desk"
	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/money"

	"github.com/google/uuid"
)

// sampleDays is how many days before today the books of loanledger dev begin, so that their sample
// loans have a past.
const sampleDays = 40

// sampleStep is something that happens to a sample loan, so many days before today.
type sampleStep struct {
	daysAgo int
	loan    string
	do      string
	amount  money.Input
	days    int
}

// sampleLives is the lives of a lender's sample loans: one repaid, one overdue, one prolonged, one
// repaid in part, and applications that were rejected, let lapse, approved and just made.
func sampleLives(l book.Lender) []sampleStep {
	lent, interest, part, term, longer := money.Input("10000.00"), money.Input("1200.00"), money.Input("3000.00"), 15, 10
	whole := money.Input("11200.00")
	if l.Currency == money.EUR {
		lent, interest, part, term, longer = "300.00", "30.00", "100.00", 15, 7
		whole = "354.00"
	}
	lives := []sampleStep{
		{38, "overdue", "lend", lent, term}, {40, "repaid", "lend", lent, term},
		{25, "repaid", "repay", whole, 0}, {25, "repaid", "certify", "", 0},
		{20, "prolonged", "lend", lent, term}, {5, "prolonged", "prolong", interest, longer},
		{12, "rejected", "apply", lent, term}, {12, "rejected", "reject", "", 0},
		{10, "partly", "lend", lent, term}, {3, "partly", "repay", part, 0},
		{9, "lapsed", "apply", lent, term}, {9, "lapsed", "approve", "", 0},
		{0, "approved", "apply", lent, term}, {0, "approved", "approve", "", 0},
		{0, "applied", "apply", lent, term},
	}
	return lives
}

// samplePeople is who borrows in the samples, in the lender's language.
var samplePeople = map[string]map[string]string{
	"ru": {
		"repaid": "Иванова Мария Петровна", "overdue": "Соколов Андрей Ильич", "prolonged": "Кузнецова Ольга Сергеевна",
		"partly": "Морозов Павел Олегович", "rejected": "Волков Денис Юрьевич", "lapsed": "Лебедева Анна Игоревна",
		"approved": "Новикова Елена Павловна", "applied": "Фёдоров Иван Андреевич",
	},
	"es": {
		"repaid": "María García López", "overdue": "Antonio Martín Ruiz", "prolonged": "Carmen Sánchez Gil",
		"partly": "Javier Romero Díaz", "rejected": "Luis Navarro Peña", "lapsed": "Lucía Torres Vega",
		"approved": "Elena Ortega Ramos", "applied": "Pablo Núñez Castro",
	},
}

// sampleLoan is a sample loan and whose it is.
type sampleLoan struct{ loan, borrower uuid.UUID }

// samplePlayer plays the sample lives of one lender.
type samplePlayer struct {
	desk   *desk.Desk
	lender book.Lender
	book   ident.Book
	closed func(context.Context, date.Date) error
	loans  map[string]sampleLoan
}

// play plays the lives day by day. Every command has a key of its own, so that a start that was cut
// off goes on where it was.
func (p *samplePlayer) play(ctx context.Context, today date.Date) error {
	products, err := sampleProductsOf(p.lender)
	if err != nil {
		return err
	}
	for _, offered := range products {
		if _, err := p.do(ctx, "publish "+offered.Code, "book.publish_product", uuid.Nil, &ledger.PublishProduct{Product: offered}); err != nil {
			return err
		}
	}
	lives := sampleLives(p.lender)
	for day := today.AddDays(-sampleDays); !day.After(today); day = day.AddDays(1) {
		if err := p.closed(ctx, day.AddDays(-1)); err != nil {
			return err
		}
		for i, step := range lives {
			if today.AddDays(-step.daysAgo) != day {
				continue
			}
			if err := p.step(ctx, fmt.Sprintf("sample %s %s %d", step.loan, step.do, i), step); err != nil {
				return fmt.Errorf("%s the %s sample of %s: %w", step.do, step.loan, p.lender.Code, err)
			}
		}
	}
	return nil
}

func (p *samplePlayer) step(ctx context.Context, key string, s sampleStep) error {
	id := p.loans[s.loan].loan
	var err error
	switch s.do {
	case "apply", "lend":
		if err = p.apply(ctx, key, s); err == nil && s.do == "lend" {
			err = p.lend(ctx, key, p.loans[s.loan].loan)
		}
	case "approve":
		_, err = p.do(ctx, key, "loan.approve", id, &loan.Approve{})
	case "reject":
		_, err = p.do(ctx, key, "loan.reject", id, &loan.Reject{Reason: "income not confirmed"})
	case "repay":
		_, err = p.do(ctx, key, "loan.repay", id, &loan.Repay{Amount: s.amount})
	case "prolong":
		_, err = p.do(ctx, key, "loan.prolong", id, &loan.Prolong{Days: s.days, Payment: s.amount})
	case "certify":
		_, err = p.do(ctx, key, "borrower.certify", p.loans[s.loan].borrower, &ledger.Certify{})
	}
	return err
}

func (p *samplePlayer) apply(ctx context.Context, key string, s sampleStep) error {
	state, err := p.desk.Book(ctx, p.lender.Code)
	if err != nil {
		return err
	}
	digits := fmt.Sprintf("%02d", len(p.loans)+1)
	person := &borrower.Person{
		FullName: samplePeople[p.lender.Language][s.loan], BirthDate: date.New(1990, 3, 14),
		DocumentNumber: "SAMPLE " + strings.ToUpper(p.lender.Code) + " " + digits,
		Phone:          "+000000000" + digits, Email: s.loan + "@example.org",
	}
	outcome, err := p.do(ctx, key, "loan.apply", uuid.Nil, &ledger.Apply{
		Lender: p.lender.Code, Product: state.Products[0].Product.Code, Principal: s.amount, TermDays: s.days, Borrower: person,
	})
	if err != nil {
		return err
	}
	answer := outcome.Answer.(*ledger.LoanAnswer)
	p.loans[s.loan] = sampleLoan{loan: answer.Loan, borrower: answer.Borrower}
	return nil
}

// lend takes a loan from its application to its payout.
func (p *samplePlayer) lend(ctx context.Context, key string, id uuid.UUID) error {
	for _, c := range []struct {
		name string
		body any
	}{
		{"loan.approve", &loan.Approve{}},
		{"loan.sign", &loan.Sign{Code: p.desk.SigningCode(id)}},
		{"loan.disburse", &loan.Disburse{Ref: "sample"}},
	} {
		if _, err := p.do(ctx, key+" "+c.name, c.name, id, c.body); err != nil {
			return err
		}
	}
	return nil
}

func (p *samplePlayer) do(ctx context.Context, key, name string, target uuid.UUID, body any) (ledger.Outcome, error) {
	entry, err := ledger.Lookup(name)
	if err != nil {
		return ledger.Outcome{}, err
	}
	return p.desk.Do(ctx, ledger.Request{
		Command: ledger.Command{Entry: entry, Target: target, Body: body},
		Book:    p.book, Key: key, Actor: "system:samples",
	})
}
