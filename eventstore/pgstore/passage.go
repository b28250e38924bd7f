package pgstore

import (
	"runtime"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// passage is a batch on its way into the log.
//
// While one batch is being committed, which is waiting for the disk, the next one is written over a
// connection of its own, behind the end that the first will make: it is staged. Its commit is sent when
// the first is in the log for sure, and otherwise it is taken back. So the commits are in the order of
// the positions, as those under the book's lock are: whoever has read up to a position skips nothing.
type passage struct {
	course course
	base   end      // that it follows; without meaning for the general course
	tip    *end     // the end that it makes; nil where that is not known
	before *passage // the one that it is staged behind, if any

	// Guarded by the committer's mutex.
	settled bool // it is known whether it is in the log, or may be
	landed  bool
	written bool     // it is staged in the database, and lacks its end
	ending  bool     // somebody sends its end
	link    *link    // over which that is sent
	behind  *passage // the one that is staged behind it
}

// course is how a batch is sent.
type course int

const (
	general course = iota // under the book's lock, behind whatever is last
	blind                 // behind an end that is in the log, in one exchange
	staged                // behind an end that is on its way
)

// depart gives a batch its place behind what is on its way already. Where it cannot follow that, it
// waits until nothing is.
func (c *committer) depart(l *link, in *leaf, batch []*pending, by way) *passage {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := &passage{link: l}
	for {
		last := c.last
		switch {
		case last == nil && by.blindly && c.takes(&c.end, in, batch):
			p.course, p.base = blind, c.end
		case last == nil:
			p.course = general
		case by.blindly && last.tip != nil && c.takes(last.tip, in, batch) && !c.guardsFlown(batch):
			p.course, p.base, p.before, last.behind = staged, *last.tip, last, p
		default:
			c.changed.Wait()
			continue
		}
		c.last = p
		return p
	}
}

// takes says whether a batch can follow an end blindly.
func (c *committer) takes(e *end, in *leaf, batch []*pending) bool {
	known, _ := c.tail.watch()
	return e.unbroken >= soloAfter && e.epoch == batch[0].Epoch && known <= e.last &&
		in.holds(e.last+1, e.last+eventCount(batch))
}

// guardsFlown says whether the batch guards a stream that a flight writes to. If that flight departed first,
// the guard has to see what it wrote, which can be seen once it is in the log. The caller holds the mutex.
func (c *committer) guardsFlown(batch []*pending) bool {
	for _, p := range batch {
		for i := range p.Streams {
			if _, flown := c.busy[p.Streams[i].Stream]; flown && len(p.Streams[i].Events) == 0 {
				return true
			}
		}
	}
	return false
}

// promise says where a batch that follows blindly will be, so that another can be staged behind it.
func (c *committer) promise(p *passage, batch []*pending, where place) {
	tip := p.base
	tip.follow(batch, where)
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.before == nil || !p.before.settled || p.before.landed {
		p.tip = &tip
		c.changed.Broadcast()
	}
}

// arrive is for a staged batch that is written: its end is sent, now or by whoever it is behind.
func (c *committer) arrive(p *passage) {
	c.mu.Lock()
	p.written = true
	ends, landed := p.before.settled && !p.ending, p.before.landed
	p.ending = p.ending || ends
	c.changed.Broadcast()
	c.mu.Unlock()
	if ends {
		p.sendEnd(landed)
	}
}

// followed says whether a staged batch that has ended is behind one that is in the log.
func (c *committer) followed(p *passage) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return p.before.landed
}

// sendEnd sends the end of a staged batch. If that fails, so does the receive of whoever waits for it.
func (p *passage) sendEnd(commit bool) {
	if commit {
		_ = p.link.write(commitMessages)
	} else {
		_ = p.link.write(rollbackMessages)
	}
}

// The messages that end a transaction. They are sent past the buffer of the link, which is another
// goroutine's.
var commitMessages, rollbackMessages = ending(commitStatement), ending(rollbackStatement)

func ending(statement string) []byte {
	messages, err := encoded(nil, &pgproto3.Bind{PreparedStatement: statement}, &pgproto3.Execute{}, &pgproto3.Sync{})
	if err != nil {
		panic(err)
	}
	return messages
}

// settle takes note of what became of a batch, and ends the one that is staged behind it.
func (c *committer) settle(p *passage, batch []*pending, where place, landed bool) {
	c.mu.Lock()
	p.settled, p.landed = true, landed
	if landed {
		c.end.follow(batch, where)
	}
	for c.last != nil && c.last.settled {
		c.last = c.last.before
	}
	if p.before != nil && p.before.behind == p && !p.ending {
		p.before.behind = nil
	}
	next := p.behind
	ends := next != nil && next.written && !next.ending
	if ends {
		next.ending = true
	}
	for after := next; after != nil && !landed; after = after.behind {
		after.tip = nil // it comes to nothing too
	}
	p.before = nil // or all that ever were would be remembered
	c.changed.Broadcast()
	c.mu.Unlock()
	if ends {
		next.sendEnd(landed)
	}
}

// gather waits for company after a batch of last appends: until as many are there as were answered with
// it or waited then, or for as long as that is worth. The caller holds the mutex.
//
// While another batch is being written, that is as long as it takes: the database has enough to do.
// Otherwise the callers get the processor for a while; a timer would be late by more than the wait.
func (c *committer) gather(last int) {
	if last < 2 {
		return
	}
	goal := c.company
	for len(c.queue) < goal && c.last != nil && !c.last.written && !c.closing {
		c.goal = goal
		c.changed.Wait()
	}
	c.goal = 0
	wait := c.pace.linger(last)
	if wait == 0 {
		return
	}
	for began := time.Now(); len(c.queue) < goal && time.Since(began) < wait; {
		c.mu.Unlock()
		runtime.Gosched()
		c.mu.Lock()
	}
}
