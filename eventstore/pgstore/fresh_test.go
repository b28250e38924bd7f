package pgstore

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"loanledger/eventstore"
	"loanledger/eventstore/tree"
)

// Fresh hashes are those of the events as they are read, up to the first that is not known.
func TestFreshHashes(t *testing.T) {
	const kept = 8
	f, at := newFreshHashes(kept), time.UnixMicro(1_790_000_000_000_001).UTC()
	a := eventstore.Append{Command: uuid.New(), Digest: eventstore.Digest{7}, Actor: "test", Streams: []eventstore.StreamAppend{
		{Stream: uuid.New(), Expected: 3, Events: []eventstore.NewEvent{{Type: "a", Schema: 1, Data: []byte(`{}`)}, {Type: "b", Schema: 2, Personal: []byte{1}}}},
		{Stream: uuid.New(), Expected: 1}, // only guarded
		{Stream: uuid.New(), Events: []eventstore.NewEvent{{Type: "c", Schema: 1, Data: []byte(`[]`)}}},
	}}
	want := func(first eventstore.Position) []tlog.Hash {
		var events []eventstore.Event
		for i := range a.Streams {
			for j, e := range a.Streams[i].Events {
				events = append(events, eventstore.Event{
					Book: 2, Position: first + eventstore.Position(len(events)), RecordedAt: at, Stream: a.Streams[i].Stream,
					Version: a.Streams[i].Expected + eventstore.Version(j) + 1, Type: e.Type, Schema: e.Schema,
					Command: a.Command, Digest: a.Digest, Actor: a.Actor, Data: e.Data, Personal: e.Personal,
				})
			}
		}
		return tree.AppendHashes(nil, events)
	}
	f.add(2, &a, eventstore.Appended{First: 1, Last: 3, RecordedAt: at})
	f.add(2, &a, eventstore.Appended{First: 5, Last: 7, RecordedAt: at}) // 4 is somebody else's
	for _, c := range []struct {
		after, upTo eventstore.Position
		want        []tlog.Hash
	}{
		{0, 100, want(1)}, {0, 2, want(1)[:2]}, {1, 3, want(1)[1:]}, {3, 100, nil}, {4, 100, want(5)}, {7, 100, nil},
	} {
		if got := f.appendAfter(nil, c.after, c.upTo); !slices.Equal(got, c.want) {
			t.Errorf("after %d, up to %d: %d hashes, not those %d", c.after, c.upTo, len(got), len(c.want))
		}
	}
	f.add(2, &a, eventstore.Appended{First: 8, Last: 10, RecordedAt: at}) // takes the places of 1 and 2
	if got := f.appendAfter(nil, 0, 100); got != nil {
		t.Errorf("%d hashes that were overwritten", len(got))
	}
	if got := f.appendAfter(nil, 4, 100); !slices.Equal(got, slices.Concat(want(5), want(8))) {
		t.Errorf("%d hashes of two appends", len(got))
	}
	if f.forget(); f.appendAfter(nil, 4, 100) != nil {
		t.Error("hashes that were forgotten")
	}
}
