package projections

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"

	"loanledger/domain/fact"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

// share is the part of a book's streams that one of several projectors has, which project the book
// in bulk side by side. A loan and its rows are all one projector's. The events of the book itself are
// everybody's, and a day's row of the portfolio is written by the one that comes to its end last.
type share struct {
	number int
	among  *shares
	mine   []event // in the chunk that is being taken
}

// shares is what the projectors of a book have in common.
type shares struct {
	projectors []*projector
	reached    []atomic.Int64 // the last position that each of them has taken
	mu         sync.Mutex
	days       map[eventstore.Position]*sharedDay // that not all of them have closed
}

// sharedDay is the totals of those projectors that have closed a day.
type sharedDay struct {
	sums  *totals
	still int // the number of the others
}

// newShares is projectors that each load a part of a book, with an output each.
func newShares(log eventstore.Log, book eventstore.Book, ids []tableID, number int) *shares {
	s := &shares{
		projectors: make([]*projector, number), reached: make([]atomic.Int64, number),
		days: map[eventstore.Position]*sharedDay{},
	}
	for i := range s.projectors {
		p := newProjector(log, book, newOutput(ids))
		p.loans.limit /= number
		p.bulk, p.share = true, &share{number: i, among: s}
		s.projectors[i] = p
	}
	return s
}

// takeShare takes those events of a chunk that are the projector's.
func (p *projector) takeShare(ctx context.Context, chunk eventstore.Decoded[fact.Fact]) error {
	s := p.share
	s.mine = s.mine[:0]
	for i := range chunk.Events {
		e := &chunk.Events[i]
		if eventstore.Share(e.Stream, len(s.among.projectors)) == s.number || strings.HasPrefix(e.Type, "book.") {
			s.mine = append(s.mine, event{e, chunk.Facts[i]})
		}
	}
	for _, segment := range segments(s.mine) {
		if err := p.take(ctx, segment); err != nil {
			return err
		}
	}
	p.at = chunk.Events[len(chunk.Events)-1].Position
	s.among.reached[s.number].Store(int64(p.at))
	return nil
}

// closed takes the totals of one projector for a day, and answers those of all of them to the last one.
func (s *share) closed(day closing, sums *totals) *totals {
	among := s.among
	among.mu.Lock()
	defer among.mu.Unlock()
	shared := among.days[day.position]
	if shared == nil {
		shared = &sharedDay{newTotals(), len(among.projectors)}
		among.days[day.position] = shared
	}
	shared.sums.add(sums)
	if shared.still--; shared.still > 0 {
		return nil
	}
	delete(among.days, day.position)
	return shared.sums
}

// position is the last position that all projectors have taken.
func (s *shares) position() eventstore.Position {
	least := s.reached[0].Load()
	for i := range s.reached {
		least = min(least, s.reached[i].Load())
	}
	return eventstore.Position(least)
}

// unite makes one projector of all, which have taken the same chunks, for what comes after the bulk.
func (s *shares) unite(one *projector) {
	for _, p := range s.projectors {
		one.currency, one.last, one.at, one.bulk = p.currency, p.last, p.at, true
		one.totals.add(p.totals)
		for id, o := range p.open {
			one.open[id] = o
		}
		for id, version := range p.superseded {
			one.superseded[id] = version
		}
		for _, generation := range []map[uuid.UUID]*loanAt{p.loans.older, p.loans.young} {
			for id, l := range generation {
				one.loans.put(id, l)
			}
		}
	}
}
