package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"loanledger/adapters/internal/faults"
	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/fact"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/product"
)

// refusals is every refusal of the domain that a request can meet.
var refusals = []*fact.Refusal{
	ledger.ErrMalformed, ledger.ErrUnknownCommand, ledger.ErrWhoApplies,
	loan.ErrNotFound, loan.ErrClosed, loan.ErrNotActive, loan.ErrWrongStatus, loan.ErrCurrency, loan.ErrAmount,
	loan.ErrPositive, loan.ErrPrecision, loan.ErrValueDate, loan.ErrText, loan.ErrPayer, loan.ErrCodeWrong,
	loan.ErrCodeSpent, loan.ErrOfferExpired, loan.ErrRulesChanged, loan.ErrNotSigned, loan.ErrNotProlongable,
	loan.ErrProlongations, loan.ErrProlongDays, loan.ErrProlongPayFirst, loan.ErrProlongPayment, loan.ErrNoAnnualCost,
	borrower.ErrNotFound, borrower.ErrPersonInvalid, borrower.ErrUnderage, borrower.ErrLoanActive,
	borrower.ErrDebtOutstanding, borrower.ErrNothingSettled,
	book.ErrLenderInvalid, book.ErrLenderUnknown, book.ErrProductUnknown, book.ErrProductLender, book.ErrDayNotOpen,
	product.ErrProductInvalid, product.ErrPrincipalLimits, product.ErrTermLimits, product.ErrTermsInvalid, product.ErrTermsUnsupported,
}

// meaning is a code with what it stands for.
type meaning struct {
	Code   string `json:"code"`
	Status int    `json:"status"`
	Title  string `json:"title"`
}

type meanings struct {
	Problems []meaning `json:"problems"`
}

// meaningsOf is every code that may be answered, in the order of the alphabet. A code that stands for
// the same fault in two places has one entry.
func meaningsOf() []meaning {
	var all []meaning
	for _, f := range protocol {
		all = append(all, meaning{f.Code, f.Status, f.Title})
	}
	for _, r := range refusals {
		if !slices.ContainsFunc(all, func(m meaning) bool { return m.Code == r.Code }) {
			all = append(all, meaning{r.Code, faults.StatusOf(r), r.Title})
		}
	}
	slices.SortFunc(all, func(a, b meaning) int { return strings.Compare(a.Code, b.Code) })
	return all
}

type problemInput struct {
	Code string `path:"code" doc:"of a problem" example:"loan_closed"`
}

func (a *API) registerProblems() {
	all := meaningsOf()
	register(a, route{
		method: http.MethodGet, path: "/v1/problems", id: "problem.list", tag: tagService,
		summary: "List the codes of problems", about: "Every code that an error may have. They are stable.",
	}, func(context.Context, Caller, *struct{}) (*reading[meanings], error) {
		return &reading[meanings]{meanings{all}}, nil
	})
	register(a, route{
		method: http.MethodGet, path: faults.Path + "{code}", id: "problem.read", tag: tagService,
		summary: "Explain the code of a problem", about: "Where the type of a problem leads.",
	}, func(_ context.Context, _ Caller, in *problemInput) (*reading[meaning], error) {
		i := slices.IndexFunc(all, func(m meaning) bool { return m.Code == in.Code })
		if i < 0 {
			return nil, faultNotFound
		}
		return &reading[meaning]{all[i]}, nil
	})
}
