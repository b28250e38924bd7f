package eventstore

// commit appends what the unit emitted and remembers the states after it.
func (x *Executor) commit(u *Unit) (Result, error) {
	epoch := u.Epoch()
	if u.broken != nil {
		return Result{}, u.broken
	}
	a := Append{
		Command: u.request.Command, Digest: u.request.Digest, Actor: u.request.Actor,
		Epoch: epoch, NextEpoch: u.next, Streams: make([]StreamAppend, 0, len(u.loaded)),
	}
	for _, l := range u.written {
		a.Streams = append(a.Streams, StreamAppend{Stream: l.stream, Expected: l.base.version, Events: l.events})
	}
	for _, l := range u.loaded {
		if len(l.events) == 0 {
			a.Streams = append(a.Streams, StreamAppend{Stream: l.stream, Expected: l.base.version})
		}
	}
	appended, err := x.log.Append(u.ctx, u.request.Book, a)
	if err != nil {
		return Result{}, err
	}
	if u.next != 0 {
		x.rememberEpoch(u.request.Book, u.next)
	}
	result := u.result(appended)
	result.written = u.written
	for i, l := range u.written {
		x.remember(u.request, l, result.Streams[i].Events[0].Position)
	}
	return result, result.refusal()
}

// result is what the unit did, standing where the append says.
func (u *Unit) result(appended Appended) Result {
	result := Result{First: appended.First, Last: appended.Last, RecordedAt: appended.RecordedAt}
	position := appended.First
	for _, l := range u.written {
		s := StreamResult{
			Stream: l.stream, Version: l.base.version + Version(len(l.events)),
			Events: make([]Recorded, 0, len(l.events)),
		}
		for i := range l.events {
			e := u.recorded(l, &l.events[i], i)
			if appended.First != 0 {
				e.Position, e.RecordedAt = position, appended.RecordedAt
				position++
			}
			s.Events = append(s.Events, Recorded{Event: e, Fact: l.facts[i]})
		}
		result.Streams = append(result.Streams, s)
	}
	return result
}

// remember caches the state after an append, whose first event in the stream stands at a position.
func (x *Executor) remember(r Request, l *loaded, first Position) {
	next := folded{family: l.base.family, state: l.state, version: l.base.version + Version(len(l.events)), history: l.base.history}
	next.history.note(next.version, applied{r.Command, r.Digest, first})
	x.cache.put(streamKey{r.Book, l.stream}, next)
}

// writtenKeys names the streams that the unit wrote to.
func (u *Unit) writtenKeys() []streamKey {
	keys := make([]streamKey, len(u.written))
	for i, l := range u.written {
		keys[i] = streamKey{u.request.Book, l.stream}
	}
	return keys
}
