package pgstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"loanledger/eventstore"
)

// findOutFor is how long to try to find out what became of a batch before saying that nobody knows.
const findOutFor = 15 * time.Second

// findOut answers the appends of a batch whose exchange broke off. Once the old server process is
// gone for sure, what it did is decided: either the batch is in the log as it is, or none of it
// happened and its appends are queued again.
func (f *flight) findOut(old *link, in *leaf, batch []*pending, cause error) {
	c := f.committer
	c.forget()
	until := time.Now().Add(findOutFor)
	for {
		l, err := f.open(until)
		if err == nil {
			err = c.endOld(l, old.backend, until)
		}
		var at place
		var landed bool
		if err == nil {
			at, landed, err = c.lookUp(l, batch, f.buffers.sum)
		}
		if err == nil && landed {
			c.landed(in, batch, at)
			return
		}
		if err == nil {
			c.tryAgain(batch)
			return
		}
		if l != nil {
			l.close()
		}
		if time.Now().After(until) {
			c.refuse(batch, fmt.Errorf("append to book %d: %w: %w, and then: %w", c.book, eventstore.ErrOutcomeUnknown, cause, err))
			return
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
		answers, err := l.exchange(call{statement: endOldStatement, parameters: [][]byte{int32Bytes(int32(old.pid)), []byte(old.started)}})
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

// lookUp answers where the batch stands in the log, if it is there. Events at the versions that the
// batch was to write are no proof, even with the same commands: another process may have been given
// them too, and have decided otherwise. So the chain of the batch that they came with has to be the
// one that this batch would have.
func (c *committer) lookUp(l *link, batch []*pending, digest [32]byte) (place, bool, error) {
	first := batch[0].firstRun()
	answers, err := l.exchange(call{statement: outcomeStatement, parameters: [][]byte{first.Stream[:], int32Bytes(int32(first.Expected) + 1)}})
	if err != nil || len(answers[0]) == 0 {
		return place{}, false, err
	}
	row := answers[0][0]
	at := place{first: eventstore.Position(int64Of(row[0])), recordedAt: timeOf(row[3])}
	at.chain = chainAfter(row[5], at.first, eventstore.Position(int64Of(row[1])), int64Of(row[2]), int64Of(row[3]), digest)
	return at, bytes.Equal(row[4], at.chain[:]), nil
}

// tryAgain queues the appends again that somebody still waits for.
func (c *committer) tryAgain(batch []*pending) {
	c.requeue(c.keep(batch, func(p *pending) error { return p.ctx.Err() }))
}

func int32Of(b []byte) int32 { return int32(binary.BigEndian.Uint32(b)) }
func int64Of(b []byte) int64 { return int64(binary.BigEndian.Uint64(b)) }
