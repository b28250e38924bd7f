package eventstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Unit is what one run of a decision reads and writes. It belongs to one goroutine and is of no use
// after the decision returned.
type Unit struct {
	ctx      context.Context
	executor *Executor
	request  Request
	now      time.Time
	fresh    bool // read the log, do not trust what is remembered

	loaded   []*loaded
	written  []*loaded // in the order of the first event
	epoch    *int64
	next     int64
	unproven bool // something came from memory and was not asked of the log

	firstSeen *applied // the command was applied before
	broken    error    // an error of the executor or the log, whatever the decision makes of it
}

// loaded is a stream in a unit.
type loaded struct {
	stream uuid.UUID
	base   folded // as it was loaded; its version is the expected one
	state  any    // base and what was emitted
	events []NewEvent
	facts  []any
}

// errSeen ends a decision whose command was applied before.
var errSeen = errors.New("the command was applied before")

// Book is the book that the command is for.
func (u *Unit) Book() Book { return u.request.Book }

// Now is the time of this run, UTC, in microseconds. The log may record a later one.
func (u *Unit) Now() time.Time { return u.now }

// Epoch is the era of the book that the decision is made in. If it ends before the append, the
// decision is made again. Zero after an error of the log, which the executor returns.
func (u *Unit) Epoch() int64 {
	if u.epoch == nil {
		epoch, proven, err := u.executor.epoch(u.ctx, u.request.Book, u.fresh)
		if err != nil {
			u.fail(err)
			return 0
		}
		u.epoch, u.unproven = &epoch, u.unproven || !proven
	}
	return *u.epoch
}

// BeginEpoch lets the append of this unit begin an era, not 0.
func (u *Unit) BeginEpoch(epoch int64) { u.next = epoch }

// Load is the state and the version of a stream, with what the unit has emitted so far. The zero
// state and version 0 stand for a stream without events. An error is for the decision to return.
func Load[S any](u *Unit, f *Family[S], stream uuid.UUID) (S, Version, error) {
	var zero S
	l, err := u.load(f, stream)
	if err != nil {
		return zero, 0, err
	}
	state, _ := l.state.(S)
	return state, l.base.version + Version(len(l.events)), nil
}

// Emit adds facts to a stream, which is loaded if it was not. Each is encoded, sealed and decoded
// again, so that the state that the decision sees is the one that a replay will give.
func Emit[S any](u *Unit, f *Family[S], stream uuid.UUID, facts ...any) error {
	l, err := u.load(f, stream)
	if err != nil {
		return err
	}
	for _, fact := range facts {
		if err := u.emit(l, fact); err != nil {
			return u.fail(fmt.Errorf("emit %T to %s %s: %w", fact, f.Name, stream, err))
		}
	}
	return nil
}

func (u *Unit) load(family folder, stream uuid.UUID) (*loaded, error) {
	if u.broken != nil {
		return nil, u.broken
	}
	for _, l := range u.loaded {
		if l.stream == stream {
			if l.base.family != family {
				return nil, u.fail(fmt.Errorf("stream %s is loaded as %s and as %s", stream, l.base.family.name(), family.name()))
			}
			return l, nil
		}
	}
	base, proven, err := u.executor.fold(u.ctx, streamKey{u.request.Book, stream}, family, u.fresh)
	if err != nil {
		return nil, u.fail(err)
	}
	u.unproven = u.unproven || !proven
	l := &loaded{stream: stream, base: base, state: base.state}
	u.loaded = append(u.loaded, l)
	if first, ok := base.history.find(u.request.Command); ok {
		if first.digest != u.request.Digest {
			return nil, u.fail(fmt.Errorf("command %s: %w", u.request.Command, ErrKeyReused))
		}
		u.firstSeen = &first
		return nil, u.fail(errSeen)
	}
	return l, nil
}

func (u *Unit) emit(l *loaded, fact any) error {
	e, err := l.base.family.encode(fact)
	if err != nil {
		return err
	}
	if e.Personal != nil {
		if err := u.seal(l.stream, &e); err != nil {
			return err
		}
	}
	recorded := u.recorded(l, &e, len(l.events))
	decoded, err := l.base.family.decode(recorded)
	if err != nil {
		return fmt.Errorf("its own encoding does not decode: %w", err)
	}
	if len(l.events) == 0 {
		u.written = append(u.written, l)
	}
	l.events, l.facts = append(l.events, e), append(l.facts, decoded)
	l.state = l.base.family.fold(l.state, decoded)
	return nil
}

// seal replaces the personal data by its sealed form. A preview leaves it out: sealing might make a
// key for somebody of whom nothing will be kept.
func (u *Unit) seal(stream uuid.UUID, e *NewEvent) error {
	if u.executor.sealer == nil {
		return ErrNoSealer
	}
	if e.Subject == uuid.Nil {
		e.Subject = stream
	}
	if u.request.Preview {
		e.Personal = nil
		return nil
	}
	sealed, err := u.executor.sealer.Seal(u.ctx, u.request.Book, e.Subject, e.Type, e.Personal)
	e.Personal = sealed
	return err
}

// recorded is event i of a stream's new ones as it will be in the log, as far as is known before.
func (u *Unit) recorded(l *loaded, e *NewEvent, i int) Event {
	return Event{
		Book: u.request.Book, Stream: l.stream, Version: l.base.version + Version(i) + 1,
		Type: e.Type, Schema: e.Schema, RecordedAt: u.now,
		Command: u.request.Command, Digest: u.request.Digest, Actor: u.request.Actor,
		Data: e.Data, Personal: e.Personal,
	}
}

// fail remembers the first error that ends the unit.
func (u *Unit) fail(err error) error {
	if u.broken == nil {
		u.broken = err
	}
	return u.broken
}

// verdict is the error that the unit ends in: its own, a version that was asked for in vain, or the
// decision's.
func (u *Unit) verdict(decided error) error {
	if u.broken != nil {
		return u.broken
	}
	for stream, want := range u.request.IfVersion {
		l := u.find(stream)
		if l == nil {
			if decided != nil {
				continue // refused before it was loaded
			}
			return fmt.Errorf("stream %s has a version to match and was not loaded", stream)
		}
		if l.base.version != want {
			return fmt.Errorf("stream %s is at version %d, not %d: %w", stream, l.base.version, want, ErrVersionMismatch)
		}
	}
	return decided
}

func (u *Unit) find(stream uuid.UUID) *loaded {
	for _, l := range u.loaded {
		if l.stream == stream {
			return l
		}
	}
	return nil
}
