package storetest

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

func testOpenBook(f *fixture) {
	f.open()
	head, err := f.log.Head(f.ctx, f.book)
	f.must(err)
	if head.Position != 0 || head.Epoch != firstEpoch {
		f.Fatalf("head of a new book: %+v", head)
	}
	f.append(run(uuid.New(), 0, 2))
	f.must(f.log.OpenBook(f.ctx, f.book, firstEpoch+1))
	head, err = f.log.Head(f.ctx, f.book)
	f.must(err)
	if head.Position != 2 || head.Epoch != firstEpoch {
		f.Fatalf("head after opening again: %+v", head)
	}
}

func testUnknownBook(f *fixture) {
	_, appendErr := f.log.Append(f.ctx, f.book, command(run(uuid.New(), 0, 1)))
	_, streamErr := f.log.ReadStream(f.ctx, f.book, uuid.New(), 0)
	_, bookErr := f.log.ReadBook(f.ctx, f.book, 0, 10)
	_, headErr := f.log.Head(f.ctx, f.book)
	waitErr := f.log.Wait(f.ctx, f.book, 0)
	for i, err := range []error{appendErr, streamErr, bookErr, headErr, waitErr} {
		if !errors.Is(err, eventstore.ErrUnknownBook) {
			f.Errorf("call %d: %v", i, err)
		}
	}
}

func testBytesAndOrder(f *fixture) {
	f.open()
	binary := make([]byte, 256)
	for i := range binary {
		binary[i] = byte(i)
	}
	stream := uuid.New()
	a := command(eventstore.StreamAppend{Stream: stream, Events: []eventstore.NewEvent{
		{Type: "test.plain", Schema: 1, Data: []byte(` {"b": 1,"a":  2, "a":3}` + "\n")},
		{Type: "test.binary", Schema: 32767, Data: binary, Personal: binary},
		{Type: "test.empty", Schema: 2, Data: []byte{}, Personal: []byte{}},
		{Type: "тест.ñ", Schema: 3, Data: []byte(`{"имя":"ñ"}`)},
		{Type: "test.large", Schema: 4, Data: bytes.Repeat([]byte("0123456789abcdef"), eventstore.MaxEventBytes/16)},
	}})
	a.Actor = "operator:Зоя"
	appended, err := f.log.Append(f.ctx, f.book, a)
	f.must(err)
	if appended.First != 1 || appended.Last != 5 || appended.RecordedAt.IsZero() {
		f.Fatalf("appended %+v", appended)
	}
	byStream, err := f.log.ReadStream(f.ctx, f.book, stream, 0)
	f.must(err)
	for _, events := range [][]eventstore.Event{f.all(), byStream} {
		if len(events) != 5 {
			f.Fatalf("%d events", len(events))
		}
		for i, e := range events {
			want := a.Streams[0].Events[i]
			if e.Stream != stream || e.Type != want.Type || e.Schema != want.Schema || e.Command != a.Command ||
				e.Digest != a.Digest || e.Actor != a.Actor || !e.RecordedAt.Equal(appended.RecordedAt) {
				f.Errorf("event %d: %+v", i+1, e)
			}
			if e.RecordedAt.Location() != time.UTC || !e.RecordedAt.Equal(e.RecordedAt.Truncate(time.Microsecond)) {
				f.Errorf("event %d was recorded at %s", i+1, e.RecordedAt)
			}
			if !bytes.Equal(e.Data, want.Data) || e.Data == nil || !bytes.Equal(e.Personal, want.Personal) ||
				(e.Personal == nil) != (want.Personal == nil) {
				f.Errorf("event %d: the bytes are not those that were appended", i+1)
			}
		}
	}
}

func testSeveralStreams(f *fixture) {
	f.open()
	a, b, c := uuid.New(), uuid.New(), uuid.New()
	f.append(run(a, 0, 1))
	if got := f.append(run(b, 0, 2), run(a, 1, 3), run(c, 0, 1)); got.First != 2 || got.Last != 7 {
		f.Fatalf("appended %+v", got)
	}
	var streams []uuid.UUID
	for _, e := range f.all() {
		streams = append(streams, e.Stream)
	}
	for i, want := range []uuid.UUID{a, b, b, a, a, a, c} {
		if streams[i] != want {
			f.Errorf("position %d is of stream %s, not %s", i+1, streams[i], want)
		}
	}
	// One stream of three has moved on: nothing of the append may stay.
	_, err := f.log.Append(f.ctx, f.book, command(run(c, 1, 1), run(b, 1, 1), run(a, 4, 1)))
	if !errors.Is(err, eventstore.ErrConflict) {
		f.Fatalf("append on an old version: %v", err)
	}
	if n := len(f.all()); n != 7 {
		f.Fatalf("%d events after a refused append", n)
	}
}

func testMalformed(f *fixture) {
	f.open()
	stream := uuid.New()
	change := func(by func(*eventstore.Append)) eventstore.Append {
		a := command(run(stream, 0, 1))
		by(&a)
		return a
	}
	for name, a := range map[string]eventstore.Append{
		"no command":     change(func(a *eventstore.Append) { a.Command = uuid.Nil }),
		"no streams":     change(func(a *eventstore.Append) { a.Streams = nil }),
		"only a guard":   change(func(a *eventstore.Append) { a.Streams[0].Events = nil }),
		"a stream twice": change(func(a *eventstore.Append) { a.Streams = append(a.Streams, run(stream, 1, 1)) }),
		"no stream id":   change(func(a *eventstore.Append) { a.Streams[0].Stream = uuid.Nil }),
		"negative":       change(func(a *eventstore.Append) { a.Streams[0].Expected = -1 }),
		"no type":        change(func(a *eventstore.Append) { a.Streams[0].Events[0].Type = "" }),
		"a zero byte":    change(func(a *eventstore.Append) { a.Streams[0].Events[0].Type = "a\x00b" }),
		"not UTF-8":      change(func(a *eventstore.Append) { a.Actor = "\xff" }),
		"no schema":      change(func(a *eventstore.Append) { a.Streams[0].Events[0].Schema = 0 }),
		"too many bytes": change(func(a *eventstore.Append) {
			a.Streams[0].Events[0].Data = []byte(strings.Repeat("x", eventstore.MaxEventBytes+1))
		}),
		"too many events": command(run(stream, 0, eventstore.MaxAppendEvents+1)),
	} {
		if _, err := f.log.Append(f.ctx, f.book, a); !errors.Is(err, eventstore.ErrInvalidAppend) {
			f.Errorf("%s: %v", name, err)
		}
	}
	if n := len(f.all()); n != 0 {
		f.Fatalf("%d events", n)
	}
	f.append(run(stream, 0, eventstore.MaxAppendEvents))
}

func testCancelled(f *fixture) {
	f.open()
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	if _, err := f.log.Append(ctx, f.book, command(run(uuid.New(), 0, 1))); !errors.Is(err, context.Canceled) {
		f.Fatalf("append with a cancelled context: %v", err)
	}
	if n := len(f.all()); n != 0 {
		f.Fatalf("%d events", n)
	}
}

func testRecordedAt(f *fixture) {
	f.open()
	stream := uuid.New()
	last := time.Time{}
	for i := range 100 {
		appended := f.append(run(stream, eventstore.Version(i), 1))
		if appended.RecordedAt.Before(last) {
			f.Fatalf("append %d was recorded at %s, before %s", i+1, appended.RecordedAt, last)
		}
		last = appended.RecordedAt
	}
	head, err := f.log.Head(f.ctx, f.book)
	f.must(err)
	if !head.RecordedAt.Equal(last) {
		f.Fatalf("the head says %s, the last append %s", head.RecordedAt, last)
	}
	f.all()
}
