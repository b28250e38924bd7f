package chaos

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"loanledger/eventstore"
)

// script is what the callers of the writers do. It follows from the seed alone: what caller c does
// n-th is the same in every campaign of the seed, whatever the others did meanwhile.
type script struct {
	seed    uint64
	round   int
	callers int
	books   [3]eventstore.Book // eras change in the first; the second has the register; the third is for who is in a hurry
}

// Numbers of the campaign's accounts.
const (
	sharedAccounts = 6    // that everybody writes to
	ownAccounts    = 1000 // and from here on, those that one order alone creates
)

// chance is a source of chance of one purpose.
func chance(seed uint64, purpose string, numbers ...int) *rand.Rand {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, purpose, numbers)
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// order is what a caller does n-th, from 0.
func (s *script) order(caller, n int) order {
	r := chance(s.seed, "order", s.round, caller, n)
	o := s.draw(r, caller, n)
	if r.IntN(8) == 0 {
		o.Cancel = int64(1 + r.IntN(1<<(5+r.IntN(11)))) // most of them in the time that an append takes
	}
	return o
}

func (s *script) draw(r *rand.Rand, caller, n int) order {
	key := fmt.Sprintf("r%d-c%d-%d", s.round, caller, n)
	book := s.books[r.IntN(2)]
	switch p := r.IntN(100); {
	case p < 17:
		o, found := s.earlier(r, caller, n)
		if !found {
			break
		}
		if p < 5 { // another command with the same key
			o.Legs = append([]leg{}, o.Legs...)
			o.Legs[0].Amounts = append([]int{1, -1}, o.Legs[0].Amounts...)
		}
		return o
	case p < 37:
		return s.fill(r, order{Kind: appendOrder, Book: book, Key: key}, caller, n)
	case p < 47:
		return order{Kind: markOrder, Book: s.books[1], Key: key}
	case p < 57:
		return order{Kind: lookOrder, Book: s.books[1]}
	}
	return s.fill(r, order{Kind: executeOrder, Book: book, Key: key}, caller, n)
}

// hurried is what a caller does n-th who does not look: a few events for accounts of its own, so many
// of them that they share their transactions.
func (s *script) hurried(caller, n int) order {
	r := chance(s.seed, "hurry", s.round, caller, n)
	o := order{Kind: freshOrder, Book: s.books[2], Key: fmt.Sprintf("r%d-h%d-%d", s.round, caller, n)}
	for i := range 1 + r.IntN(2) {
		amount := r.IntN(1000)
		l := leg{Account: ownAccounts + caller<<20 + n<<2 + i, Amounts: []int{amount, -amount}}
		if r.IntN(20) == 0 {
			l.Account = ownAccounts + caller<<20 + r.IntN(n+1)<<2 // there may be one already
		}
		if len(o.Legs) == 0 || o.Legs[0].Account != l.Account {
			o.Legs = append(o.Legs, l)
		}
	}
	if r.IntN(30) == 0 {
		o.Pad = 1 + r.IntN(20_000)
	}
	if r.IntN(20) == 0 {
		o.Cancel = int64(1 + r.IntN(1<<(5+r.IntN(9))))
	}
	return o
}

// earlier is an order that somebody was given a moment ago, or is given just now.
func (s *script) earlier(r *rand.Rand, caller, n int) (order, bool) {
	other, m := r.IntN(s.callers), n-r.IntN(3)
	if other >= caller {
		m--
	}
	if m < 0 {
		return order{}, false
	}
	o := s.draw(chance(s.seed, "order", s.round, other, m), other, m)
	return o, o.Kind == executeOrder
}

// fill draws what an order adds: what it takes from some accounts it gives to others.
func (s *script) fill(r *rand.Rand, o order, caller, n int) order {
	accounts := r.Perm(sharedAccounts)
	legs := 1 + min(r.IntN(10)/5, 1) + min(r.IntN(10)/9, 1)
	sum := 0
	for i := range legs {
		l := leg{Account: accounts[i]}
		if r.IntN(12) == 0 {
			l.Account = ownAccounts + caller<<20 + n<<2 + i
		}
		for range 1 + r.IntN(3) {
			amount := r.IntN(2000) - 1000
			l.Amounts, sum = append(l.Amounts, amount), sum+amount
		}
		o.Legs = append(o.Legs, l)
	}
	last := &o.Legs[legs-1]
	last.Amounts = append(last.Amounts, -sum)
	if r.IntN(300) == 0 {
		last.Amounts = append(last.Amounts, make([]int, 400)...)
	}
	if r.IntN(3) == 0 {
		o.Guards = accounts[legs : legs+1+r.IntN(2)]
	}
	o.Era = o.Book == s.books[0] && r.IntN(40) == 0
	switch r.IntN(60) {
	case 0:
		o.Pad = 1 + r.IntN(100_000)
	case 1, 2, 3:
		o.Pad = 1 + r.IntN(5000)
	}
	if len(last.Amounts) > 100 {
		o.Pad = 0
	}
	return o
}
