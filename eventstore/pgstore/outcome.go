package pgstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// findOutFor is how long to try to find out what became of a batch before saying that nobody knows.
const findOutFor = 15 * time.Second

// findOut answers the appends of a batch whose exchange broke off. Once the old server process is
// gone for sure, what it did is decided: an append whose command stands at the version that it
// expected has happened, and any other has not and is queued again.
func (c *committer) findOut(old *link, batch []*pending, cause error) *link {
	c.versions.forget()
	until := time.Now().Add(findOutFor)
	for {
		l, err := c.connect(until)
		if err == nil {
			err = c.endOld(l, old.backend, until)
		}
		var found map[int]outcome
		if err == nil {
			found, err = c.lookUp(l, batch)
		}
		if err == nil {
			c.settle(batch, found)
			return l
		}
		if l != nil {
			l.close()
		}
		if time.Now().After(until) {
			c.refuse(batch, fmt.Errorf("append to book %d: %w: %w, and then: %w", c.book, eventstore.ErrOutcomeUnknown, cause, err))
			return nil
		}
	}
}

// endOld ends the server process of a broken connection, which may not have noticed yet, and waits
// until it is gone. A process that is not listed any more has finished its last transaction.
func (c *committer) endOld(l *link, old backend, until time.Time) error {
	if old.started == "" {
		return errors.New("the server process of the broken connection cannot be told from others")
	}
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		answers, err := l.exchange(call{endOldStatement, [][]byte{int32Bytes(int32(old.pid)), []byte(old.started)}})
		if err != nil {
			return err
		}
		if len(answers[0]) == 0 {
			return nil
		}
		if time.Now().After(until) {
			return errors.New("the server process of the broken connection does not end")
		}
		time.Sleep(wait)
	}
}

// lookUp answers the outcomes of those appends that are in the log.
func (c *committer) lookUp(l *link, batch []*pending) (map[int]outcome, error) {
	var streams, versions array
	streams.reset(oidUUID)
	versions.reset(oidInt4)
	for _, p := range batch {
		first := p.firstRun()
		streams.bytes(first.Stream[:])
		versions.int32(int32(first.Expected) + 1)
	}
	answers, err := l.exchange(call{outcomeStatement, [][]byte{streams.encoded(), versions.encoded()}})
	if err != nil {
		return nil, err
	}
	found := map[int]outcome{}
	for _, row := range answers[0] {
		i := int(int32Of(row[0])) - 1
		if p := batch[i]; uuid.UUID(row[3]) == p.Command && eventstore.Digest(row[4]) == p.Digest {
			first := eventstore.Position(binary.BigEndian.Uint64(row[1]))
			found[i] = outcome{appended: eventstore.Appended{
				First: first, Last: first + eventstore.Position(p.events) - 1, RecordedAt: timeOf(row[2]),
			}}
		}
	}
	return found, nil
}

func (c *committer) settle(batch []*pending, found map[int]outcome) {
	var again []*pending
	last := eventstore.Position(0)
	for i, p := range batch {
		if o, ok := found[i]; ok {
			c.finish([]*pending{p}, func(*pending) outcome { return o })
			last = max(last, o.appended.Last)
		} else if err := p.ctx.Err(); err != nil {
			c.refuse([]*pending{p}, err)
		} else {
			again = append(again, p)
		}
	}
	c.requeue(again)
	if last > 0 {
		c.store.advance(c.book, last)
		c.store.notes.tell(c.book, last)
	}
}

// firstRun is the run of events that stands first in the log.
func (p *pending) firstRun() *eventstore.StreamAppend {
	for i := range p.Streams {
		if len(p.Streams[i].Events) > 0 {
			return &p.Streams[i]
		}
	}
	panic("an append without events was queued")
}

func int32Of(b []byte) int32 { return int32(binary.BigEndian.Uint32(b)) }
