package pgstore

import (
	"context"
	"sync"

	"loanledger/eventstore"
)

// pending is an append on its way. What its events are in the database is encoded before it waits, by its
// caller: while many wait for one batch, the time of its flight is everybody's.
type pending struct {
	eventstore.Append
	ctx    context.Context
	events int
	rows   copyRows
	hashed []byte // its events as the digest of their batch takes them
	queued bool   // it waits; guarded by the committer's mutex
	known  []eventstore.Version
	asOf   moment       // at which that is known of its streams
	done   chan outcome // gets one outcome, unless the append is withdrawn
}

type outcome struct {
	appended eventstore.Appended
	err      error
}

var pendings = sync.Pool{New: func() any { return &pending{done: make(chan outcome, 1)} }}

// newPending is an append that is ready to wait.
func newPending(ctx context.Context, a eventstore.Append) *pending {
	p := pendings.Get().(*pending)
	p.Append, p.ctx, p.events, p.queued = a, ctx, a.EventCount(), false
	p.rows.reset()
	p.hashed = p.hashed[:0]
	for i := range a.Streams {
		s := &a.Streams[i]
		for j := range s.Events {
			e := recorded(&a, s, j)
			p.rows.add(&e)
			p.hashed = appendHashed(p.hashed, &e)
		}
	}
	return p
}

// keptBytes is up to how much a pending append keeps for the next one.
const keptBytes = 64 << 10

// recycle lets another append have the memory. Nobody else may know of this one any more.
func (p *pending) recycle() {
	p.Append, p.ctx = eventstore.Append{}, nil
	if cap(p.rows.bytes)+cap(p.hashed) > keptBytes {
		p.rows, p.hashed = copyRows{}, nil
	}
	pendings.Put(p)
}

// recorded is event j of a run as it will be in the log, but for its place.
func recorded(a *eventstore.Append, s *eventstore.StreamAppend, j int) eventstore.Event {
	e := &s.Events[j]
	return eventstore.Event{
		Stream: s.Stream, Version: s.Expected + eventstore.Version(j) + 1, Type: e.Type, Schema: e.Schema,
		Command: a.Command, Digest: a.Digest, Actor: a.Actor, Data: e.Data, Personal: e.Personal,
	}
}

// size is about how many bytes the append takes on the way to the database.
func (p *pending) size() int { return len(p.rows.bytes) }

// guards says whether the append names a stream that it adds nothing to.
func (p *pending) guards() bool {
	for i := range p.Streams {
		if len(p.Streams[i].Events) == 0 {
			return true
		}
	}
	return false
}

// look takes what is known of the append's streams, and says whether that is too much for it.
func (p *pending) look(v *versions) (late bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	p.known, p.asOf = p.known[:0], v.moment
	for i := range p.Streams {
		known, ok := v.get(p.Streams[i].Stream)
		late = late || known > p.Streams[i].Expected
		if !ok {
			known = unknown
		}
		p.known = append(p.known, known)
	}
	return late
}

// knownAt is the version that stream i has at least, if that is known as of a moment; without a stream at
// all it is 0.
func (p *pending) knownAt(m moment, i int) (known eventstore.Version, ok bool) {
	if p.asOf != m || p.known[i] == unknown {
		return 0, false
	}
	return p.known[i], true
}

// unknown stands for the version of a stream of which nothing is known.
const unknown eventstore.Version = -1

// firstRun is the run of events that stands first in the log.
func (p *pending) firstRun() *eventstore.StreamAppend {
	for i := range p.Streams {
		if len(p.Streams[i].Events) > 0 {
			return &p.Streams[i]
		}
	}
	panic("an append without events was queued")
}
