package desk

import (
	"context"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/fact"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
)

// outcome describes what a command did from what it recorded, so that a repeated command is answered
// word for word as at first.
func (d *Desk) outcome(ctx context.Context, r ledger.Request, result eventstore.Result) (ledger.Outcome, error) {
	receipt := ledger.Receipt{Position: int64(result.Last), RecordedAt: result.RecordedAt, Events: []ledger.RecordedEvent{}}
	for _, s := range result.Streams {
		for _, e := range s.Events {
			receipt.Events = append(receipt.Events, ledger.RecordedEvent{Position: int64(e.Position), Type: e.Type})
		}
	}
	o := ledger.Outcome{Replayed: result.Replayed}
	var err error
	switch {
	case r.Command.Entry.Name == "borrower.certify":
		o.Answer, err = certificateAnswer(result.Stream(r.Command.Target), &receipt)
	case r.Command.Entry.Target == ledger.TargetLoan:
		o.Answer, err = d.loanAnswer(ctx, r.Command.Target, &result, &receipt)
	case r.Command.Entry.Name == "loan.apply":
		id := result.Streams[0].Stream
		for _, candidate := range result.Streams {
			if candidate.Events[0].Type == (loan.Applied{}).EventType() {
				id = candidate.Stream
			}
		}
		o.Answer, err = d.loanAnswer(ctx, id, &result, &receipt)
	default:
		o.Answer, err = d.bookAnswer(ctx, r, &result, &receipt)
	}
	o.Version = receipt.Version
	return o, err
}

// loanAnswer is the loan as it was after the command, on the command's business date.
func (d *Desk) loanAnswer(ctx context.Context, id uuid.UUID, result *eventstore.Result, receipt *ledger.Receipt) (*ledger.LoanAnswer, error) {
	s := result.Stream(id)
	if len(s.Events) == 0 {
		state, version, err := eventstore.LoadState(ctx, d.executor, projections.Loans, eventstore.Book(ident.BookOf(id)), id)
		if err != nil {
			return nil, err
		}
		in, _, err := d.bookState(ctx, ident.BookOf(id))
		receipt.Version = int64(version)
		return &ledger.LoanAnswer{View: state.On(in.Business), Receipt: *receipt}, err
	}
	state, version, err := eventstore.LoadAfter(ctx, d.executor, projections.Loans, eventstore.Book(ident.BookOf(id)), result, id)
	if err != nil {
		return nil, err
	}
	receipt.Version = int64(version)
	booked, _ := loan.Dates(s.Events[len(s.Events)-1].Fact.(fact.Fact))
	answer := &ledger.LoanAnswer{View: state.On(booked), Receipt: *receipt}
	for _, e := range s.Events {
		switch e.Fact.(type) {
		case loan.Disbursed, loan.Repaid, loan.Prolonged:
			answer.Transaction = &state.Transactions[len(state.Transactions)-1]
		}
	}
	return answer, nil
}

func certificateAnswer(s eventstore.StreamResult, receipt *ledger.Receipt) (*ledger.CertificateAnswer, error) {
	receipt.Version = int64(s.Version)
	return &ledger.CertificateAnswer{DebtCleared: s.Events[0].Fact.(borrower.DebtCleared), Receipt: *receipt}, nil
}

// bookAnswer is the book after the command, by what the command recorded, or as it stands where it
// recorded nothing.
func (d *Desk) bookAnswer(ctx context.Context, r ledger.Request, result *eventstore.Result, receipt *ledger.Receipt) (*ledger.BookAnswer, error) {
	number := eventstore.Book(r.Book)
	var state book.State
	var version eventstore.Version
	var err error
	if stream := book.StreamOf(r.Book); len(result.Stream(stream).Events) > 0 {
		state, version, err = eventstore.LoadAfter(ctx, d.executor, projections.Books, number, result, stream)
	} else {
		state, version, err = d.bookState(ctx, r.Book)
	}
	if err != nil {
		return nil, err
	}
	receipt.Version = int64(version)
	answer := &ledger.BookAnswer{Lender: state.Lender.Code, BusinessDate: state.Business, Receipt: *receipt}
	if body, is := r.Command.Body.(*ledger.PublishProduct); is {
		published, _ := state.Product(body.Product.Code)
		answer.Product, answer.ProductVersion = body.Product.Code, published.Version
	}
	return answer, nil
}
