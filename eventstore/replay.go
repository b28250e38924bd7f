package eventstore

import "fmt"

// firstResult answers a command that was applied before with what it did then. Its events stand
// together in the book, since it was one append, around the one that was found.
func (x *Executor) firstResult(u *Unit, replayed bool) (Result, error) {
	events, err := x.commandEvents(u, *u.firstSeen)
	if err != nil {
		return Result{}, err
	}
	result := Result{
		Replayed: replayed, First: events[0].Position, Last: events[len(events)-1].Position,
		RecordedAt: events[0].RecordedAt,
	}
	for _, e := range events {
		fact, err := x.decode(u, e)
		if err != nil {
			return Result{}, fmt.Errorf("first result of command %s: position %d: %w", e.Command, e.Position, err)
		}
		n := len(result.Streams)
		if n == 0 || result.Streams[n-1].Stream != e.Stream {
			result.Streams = append(result.Streams, StreamResult{Stream: e.Stream})
			n++
		}
		s := &result.Streams[n-1]
		s.Version, s.Events = e.Version, append(s.Events, Recorded{Event: e, Fact: fact})
	}
	return result, result.refusal()
}

// commandEvents reads around a position, wider and wider, until it has seen both ends of the run of
// events that one command made.
func (x *Executor) commandEvents(u *Unit, found applied) ([]Event, error) {
	for reach := Position(16); ; reach *= 4 {
		after := max(0, found.position-1-reach)
		events, err := x.log.ReadBook(u.ctx, u.request.Book, after, int(found.position-after+reach))
		if err != nil {
			return nil, err
		}
		at := int(found.position - after - 1)
		if at >= len(events) {
			return nil, fmt.Errorf("book %d: position %d is not there", u.request.Book, found.position)
		}
		same := func(i int) bool {
			return events[i].Command == found.command && events[i].Digest == found.digest
		}
		from, to := at, at+1
		for from > 0 && same(from-1) {
			from--
		}
		for to < len(events) && same(to) {
			to++
		}
		startSeen := from > 0 || after == 0
		endSeen := to < len(events) || len(events) < int(found.position-after+reach)
		if startSeen && endSeen {
			return events[from:to], nil
		}
	}
}

// decode turns an event of any stream into a fact: by the family that the unit loaded the stream
// with, by the executor's decoder, or into nil where nobody knows.
func (x *Executor) decode(u *Unit, e Event) (any, error) {
	if l := u.find(e.Stream); l != nil {
		return l.base.family.decode(e)
	}
	if x.decoder != nil {
		return x.decoder(e)
	}
	return nil, nil
}
