package chaos

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/eventstore/tree"
	"loanledger/projections"

	"github.com/jackc/pgx/v5/pgxpool"
)

// How long everything may take to come to rest once nothing goes wrong any more: there is no promise
// in it, but what takes longer hangs.
const (
	answerWithin  = 90 * time.Second
	catchUpWithin = 90 * time.Second
)

// settle waits until every order is answered, gives those again whose answer is known, or is not,
// lets everybody catch up, and ends them. What does not come to rest is a violation.
func (r *round) settle() error {
	r.tell("waiting for answers")
	r.awaitCallers()
	longest, until := r.journal.rest()
	r.tell("nothing was acknowledged for %.1f s, up to %.1f s", longest.Seconds(), until.Seconds())
	r.tell("repeating")
	if err := r.repeat(); err != nil {
		return err
	}
	r.tell("catching up")
	if err := r.catchUp(); err != nil {
		return err
	}
	for _, err := range r.crew.dismiss() {
		r.violate("ending", "%v", err)
	}
	for _, why := range r.crew.surprises() {
		r.violate("processes", "%s", why)
	}
	return r.ctx.Err()
}

// awaitCallers waits until the callers have come back, and gives up those who do not.
func (r *round) awaitCallers() {
	back := make(chan struct{})
	go func() {
		r.callers.Wait()
		close(back)
	}()
	select {
	case <-back:
		return
	case <-r.ctx.Done():
	case <-time.After(answerWithin):
		n := r.journal.counts()
		r.violate("answered", "%d orders are not answered %s after the last fault", n.open, answerWithin)
	}
	for _, p := range append(r.crew.with(writerRole), r.crew.with(deskRole)...) {
		p.abandon()
	}
	<-back
}

// mostRepeated is how many orders are given again at most, of each role.
const mostRepeated = 2000

// repeat gives orders again, mostly to another process than the one that carried them out. One that
// was acknowledged must be answered as it was; of one whose outcome nobody knows, the outcome is
// known afterwards.
func (r *round) repeat() error {
	var running sync.WaitGroup
	limit := make(chan struct{}, 16)
	for role, kind := range map[string]string{writerRole: executeOrder, deskRole: loanOrder} {
		posts := r.crew.with(role)
		for i, before := range r.journal.toRepeat(kind, chance(r.Seed, "repeat "+role, r.nr), mostRepeated) {
			running.Go(func() {
				limit <- struct{}{}
				defer func() { <-limit }()
				o := before.order
				o.Cancel = 0
				if after, err := r.give(posts[i%len(posts)], o); err == nil {
					r.compare(before, after)
				}
			})
		}
	}
	running.Wait()
	return r.ctx.Err()
}

// compare holds the answer of a repetition to the first one.
func (r *round) compare(before, after *try) {
	const check = "repeated"
	if !before.acknowledged() {
		return
	}
	if before.order.Kind == loanOrder {
		if receipt, _, err := before.receipt(); err != nil || receipt.Position == 0 {
			return // it changed nothing, and so is no command of the log
		}
	}
	b, a := before.answer, after.answer
	switch {
	case !after.acknowledged():
		r.violate(check, "%s was acknowledged, and is now answered with %s %s %s", before.order.Key, a.Status, a.Code, a.Detail)
	case a.First != b.First || a.Last != b.Last || !a.RecordedAt.Equal(b.RecordedAt) || a.Sum != b.Sum || !bytes.Equal(a.Body, b.Body):
		again := "is answered otherwise than before"
		if !a.Replayed {
			again = "was carried out again"
		}
		r.violate(check, "%s %s: %s", before.order.Key, again, difference(b, a))
	case !a.Replayed:
		// A process that tried the very same append itself, and lost its connection, takes what it then
		// finds in the log for its own.
		r.tell("%s is answered as before, and not as a repetition", before.order.Key)
	}
}

func difference(b, a answer) string {
	return fmt.Sprintf("positions %d to %d at %s, %s; before: %d to %d at %s, %s", a.First, a.Last, a.RecordedAt, a.Body,
		b.First, b.Last, b.RecordedAt, b.Body)
}

// catchUp waits until whoever follows the log has come to its end, and the log is signed.
func (r *round) catchUp() error {
	ctx, cancel := context.WithTimeout(r.ctx, catchUpWithin)
	defer cancel()
	pool, err := pgxpool.New(ctx, r.database.url())
	if err != nil {
		return err
	}
	defer pool.Close()
	store := pgstore.New(pool, time.Now)
	defer store.Close()
	notary := pgstore.NewNotary(store, r.vaultOn(pool), func(eventstore.Book, error) {})
	for _, b := range r.books {
		head, err := store.Head(ctx, b.Book)
		if err != nil {
			return err
		}
		if head.Position == 0 {
			continue
		}
		if _, err := notary.Latest(ctx, b.Book); err != nil {
			r.violate("caught up", "book %d could not be signed: %v", b.Book, err)
		}
		cursors := map[string]eventstore.Position{
			cursorName: head.Position, "publisher": head.Position, pgstore.TreeCursor: head.Position / tree.TileWidth * tree.TileWidth,
		}
		if b.Loans {
			cursors[projections.CursorName] = head.Position
		}
		for name, want := range cursors {
			if err := r.awaitCursor(ctx, store, name, b.Book, want); err != nil {
				return err
			}
		}
		for _, p := range r.crew.with(followerRole) {
			r.awaitTail(ctx, p, b.Book, head.Position)
		}
	}
	return r.ctx.Err()
}

func (r *round) awaitCursor(ctx context.Context, store *pgstore.Store, name string, b eventstore.Book, want eventstore.Position) error {
	for {
		at, err := store.CursorPosition(ctx, name, b)
		switch {
		case ctx.Err() != nil:
			r.violate("caught up", "cursor %s of book %d has not come to %d in %s", name, b, want, catchUpWithin)
			return r.ctx.Err()
		case err != nil:
			return err
		case at >= want:
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (r *round) awaitTail(ctx context.Context, p *post, b eventstore.Book, want eventstore.Position) {
	for ctx.Err() == nil {
		lives := p.sightings(b)
		if last := lives[len(lives)-1]; len(last) > 0 && last[len(last)-1].Last >= want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.violate("caught up", "%s has not seen position %d of book %d in %s", p.name, want, b, catchUpWithin)
}

// toRepeat is orders of a kind that are worth giving again, each once: at random those that were
// acknowledged, and all whose outcome nobody knows.
func (j *journal) toRepeat(kind string, random interface{ Shuffle(int, func(int, int)) }, most int) []*try {
	j.mu.Lock()
	defer j.mu.Unlock()
	seen := map[string]bool{}
	var known, unknown []*try
	for _, t := range j.tries {
		o := &t.order
		said := fmt.Sprintf("%s %s %x", o.Key, o.Target, o.digest())
		if o.Kind != kind || seen[said] || t.certain() {
			continue
		}
		if t.acknowledged() {
			known = append(known, t)
			seen[said] = true
		} else {
			unknown = append(unknown, t)
		}
	}
	random.Shuffle(len(known), func(i, j int) { known[i], known[j] = known[j], known[i] })
	unknown = slices.DeleteFunc(unknown, func(t *try) bool {
		return seen[fmt.Sprintf("%s %s %x", t.order.Key, t.order.Target, t.order.digest())]
	})
	return append(unknown, known[:min(most, len(known))]...)
}
