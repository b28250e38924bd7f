package story

import (
	"errors"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/domain/product"

	"github.com/google/uuid"
)

// storyBook is the number of the book that a story plays in.
const storyBook ident.Book = 1

// player plays a story on a book in memory.
type player struct {
	story  Story
	memory *ledger.Memory
	terms  product.Terms
	loan   uuid.UUID
	refs   map[string]bool
}

// Play plays the steps of a story and hands over the answer of each, in order. A refused step
// carries its error and the story goes on. Errors: story_malformed, terms_*, amount_*; and what
// handing over returned.
func (s Story) Play(answer func(Answer) error) error {
	if len(s.Steps) == 0 {
		return ErrMalformed.With("it has no steps")
	}
	terms, err := product.ParseTerms(s.Terms)
	if err != nil {
		return err
	}
	p := &player{story: s, terms: terms, memory: ledger.NewMemory(storyBook, s.Steps[0].On), refs: map[string]bool{}}
	if err := p.open(); err != nil {
		return err
	}
	for i, step := range s.Steps {
		logged, err := p.step(step)
		if err != nil && !isRefusal(err) {
			return err
		}
		if err := answer(p.answer(i, step, logged, err)); err != nil {
			return err
		}
	}
	return nil
}

func isRefusal(err error) bool {
	_, _, is := fact.Explain(err)
	return is
}

// open opens a book whose lender offers one product: the loan of the story.
func (p *player) open() error {
	lender := book.Lender{
		Code: "story", Name: "Story", LegalName: "Story", Country: "XX", Currency: p.terms.Currency,
		TimeZone: "UTC", Language: "en", NumberPrefix: "ST",
	}
	if _, err := p.memory.Do(p.memory.NextCommand(), "book.open", uuid.Nil, &ledger.Open{Lender: lender, On: p.memory.Business()}); err != nil {
		return err
	}
	if _, err := loan.ParseAmount(p.story.Principal, p.terms.Currency); err != nil {
		return err
	}
	offered := product.Product{
		Code: "story", Name: "Story", MinPrincipal: p.story.Principal, MaxPrincipal: p.story.Principal,
		MinTermDays: 1, MaxTermDays: product.MaxTermDays, OfferDays: 366, Terms: p.terms,
	}
	offered.Terms.TermDays = 0
	_, err := p.memory.Do(p.memory.NextCommand(), "book.publish_product", uuid.Nil, &ledger.PublishProduct{Product: offered})
	return err
}

// step closes the days up to the step's date and does what the step says.
func (p *player) step(s Step) ([]ledger.Logged, error) {
	if s.Do == "show" && s.On.Before(p.memory.Business()) {
		return nil, nil // the day was closed by a step of its own
	}
	if s.On.Before(p.memory.Business()) {
		return nil, ErrOrder.With("the business date is %s", p.memory.Business())
	}
	var logged []ledger.Logged
	for p.memory.Business().Before(s.On) {
		closed, err := p.memory.CloseDay()
		if err != nil {
			return nil, err
		}
		logged = append(logged, closed...)
	}
	done, err := p.do(s)
	return append(logged, done...), err
}

func (p *player) do(s Step) ([]ledger.Logged, error) {
	switch s.Do {
	case "show":
		return nil, nil
	case "close_day":
		return p.memory.CloseDay()
	}
	name, body, err := p.command(s)
	if err != nil {
		return nil, err
	}
	if s.Ref != "" && p.refs[s.Ref] {
		return nil, ErrRef
	}
	id := p.memory.NextCommand()
	logged, err := p.memory.Do(id, name, p.loan, body)
	if err == nil {
		p.refs[s.Ref] = true
		if s.Do == "apply" {
			p.loan = ledger.LoanID(storyBook, id)
		}
	}
	return logged, err
}

// command is the command that a step stands for.
func (p *player) command(s Step) (string, any, error) {
	switch s.Do {
	case "apply":
		return "loan.apply", &ledger.Apply{
			Lender: "story", Product: "story", Principal: p.story.Principal, TermDays: p.terms.TermDays,
			Borrower: anyone(p.story.Steps[0].On), BorrowerID: ledger.NewBorrowerID(storyBook, uuid.Nil),
		}, nil
	case "approve":
		return "loan.approve", &loan.Approve{}, nil
	case "reject":
		return "loan.reject", &loan.Reject{Reason: s.Reason}, nil
	case "cancel":
		return "loan.cancel", &loan.Cancel{Reason: s.Reason}, nil
	case "sign":
		return "loan.sign", &loan.Sign{Code: s.Code, CodeMatches: s.Code != "wrong"}, nil
	case "disburse":
		return "loan.disburse", &loan.Disburse{ValueDate: s.ValueDate, Ref: s.Ref}, p.wholePrincipal(s)
	case "repay":
		return "loan.repay", &loan.Repay{Amount: s.Amount, ValueDate: s.ValueDate, Ref: s.Ref, From: s.From}, nil
	case "prolong":
		return "loan.prolong", &loan.Prolong{Days: s.Days, Payment: s.Amount, Ref: s.Ref}, nil
	}
	return "", nil, ErrUnsupported
}

// wholePrincipal refuses a payout of a part, which loans do not have.
func (p *player) wholePrincipal(s Step) error {
	if s.Amount == "" {
		return nil
	}
	paid, err := loan.ParseAmount(s.Amount, p.terms.Currency)
	if err != nil {
		return err
	}
	whole, err := loan.ParseAmount(p.story.Principal, p.terms.Currency)
	if err == nil && paid.Cmp(whole) != 0 {
		err = ErrUnsupported.With("a payout of another amount than the principal")
	}
	return err
}

// anyone is the borrower of every story, forty years old when it begins.
func anyone(begins date.Date) *borrower.Person {
	return &borrower.Person{
		FullName: "A Borrower", BirthDate: begins.AddMonths(-12 * 40), DocumentNumber: "STORY-1", Phone: "+10000000000",
	}
}

// money of a story that has not got so far is zero in its currency.
func (p *player) zero() money.Amount { return money.Zero(p.terms.Currency) }

// code is the stable code and the detail of a refusal.
func code(err error) *Error {
	if err == nil {
		return nil
	}
	r, detail, ok := fact.Explain(err)
	if !ok {
		panic(errors.New("story: an error without a code was handed on"))
	}
	return &Error{Code: r.Code, Detail: detail}
}
