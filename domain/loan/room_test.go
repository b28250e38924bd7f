package loan_test

import (
	"strconv"
	"sync"
	"testing"

	"loanledger/domain/loan"
)

// Many goroutines continue one state at the same time: each sees its own transactions behind those
// that all of them share, and the state that they continue stays as it was.
func TestManyContinuationsAtOnce(t *testing.T) {
	l := paidOut(t, "2026-11-02", "10000.00", smartcash).day(3)
	for range 10 { // with and without room behind the list
		l.does(loan.Repay{Amount: "1.00", Ref: "before"})
		kept := asJSON(t, l.state.Transactions)
		fork, moment := l.state, l.moment()
		var continuing sync.WaitGroup
		for n := range 4 {
			continuing.Go(func() {
				s, ref := fork, strconv.Itoa(n)
				for range 10 {
					facts, err := loan.Decide(s, loan.Repay{Amount: "1.00", Ref: ref}, moment)
					if err != nil {
						t.Error(err)
						return
					}
					s = s.Fold(facts[0])
				}
				for i, transaction := range s.Transactions {
					if i >= len(fork.Transactions) && transaction.Ref != ref {
						t.Errorf("transaction %d of continuation %s is of %q", i, ref, transaction.Ref)
					}
				}
			})
		}
		continuing.Wait()
		if now := asJSON(t, l.state.Transactions); now != kept {
			t.Errorf("the state was changed by its continuations:\n%s\n%s", kept, now)
		}
	}
}
