package chaos

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	"loanledger/adapters/bus"
	"loanledger/eventstore"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// readWithin bounds the wait for a message that is there.
const readWithin = 20 * time.Second

// stream holds what a new consumer gets to the log: every position of every book, in order, once.
func (x *examination) stream(ctx context.Context) (int64, error) {
	next := map[eventstore.Book]eventstore.Position{}
	count, err := x.readStream(ctx, bus.StreamName, "ledger.evt.", func(b openTo, m jetstream.Msg) {
		id, at := m.Headers().Get(jetstream.MsgIDHeader), next[b.Book]+1
		next[b.Book] = at
		e := x.at(b.Book, at)
		switch {
		case id != fmt.Sprintf("%d-%d", b.Book, at):
			x.violated("%s came where position %d of book %d was due", id, at, b.Book)
			if _, position, is := idOf(id); is {
				next[b.Book] = position
			}
		case e == nil || !bytes.Equal(e.Data, m.Data()) || m.Headers().Get("ce-command") != e.Command.String():
			x.violated("%s on the stream is not what is in the log", id)
		}
	})
	if err != nil {
		return count, err
	}
	for _, b := range x.books {
		if end := lastOf(x.events[b.Book]); next[b.Book] != end {
			x.violated("book %d: the stream has come to %d of %d", b.Book, next[b.Book], end)
		}
	}
	return count, nil
}

// published holds the checkpoints that were published to those in the database.
func (x *examination) published(ctx context.Context) (int64, error) {
	next := map[eventstore.Book]int64{}
	return x.readStream(ctx, bus.CheckpointStreamName, "ledger.checkpoint.", func(b openTo, m jetstream.Msg) {
		next[b.Book]++
		stored, err := x.store.CheckpointsAfter(ctx, b.Book, next[b.Book]-1, 1)
		if err != nil || len(stored) == 0 || stored[0].Note != string(m.Data()) {
			x.violated("checkpoint %d of book %d on the stream is not the one that was signed (%v)", next[b.Book], b.Book, err)
		}
	})
}

// readStream reads all messages of this round's books. Those of checkpoints name the book in their
// subject, the others in their id.
func (x *examination) readStream(ctx context.Context, name, prefix string, take func(openTo, jetstream.Msg)) (count int64, err error) {
	broker, err := x.crew.broker.process(ctx)
	if err != nil {
		return 0, err
	}
	conn, err := nats.Connect(broker.url)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return 0, err
	}
	consumer, err := js.OrderedConsumer(ctx, name, jetstream.OrderedConsumerConfig{FilterSubjects: []string{prefix + ">"}})
	if err != nil {
		return 0, err
	}
	for {
		info, err := consumer.Info(ctx)
		if err != nil {
			return count, err
		}
		if info.NumPending == 0 {
			return count, nil
		}
		batch, err := consumer.Fetch(int(info.NumPending), jetstream.FetchMaxWait(readWithin))
		if err != nil {
			return count, err
		}
		for m := range batch.Messages() {
			count++
			if b, is := x.bookOf(m, prefix); is {
				take(b, m)
			} else {
				x.violated("a message of no book of this round: %s", m.Subject())
			}
		}
		if err := batch.Error(); err != nil {
			return count, err
		}
	}
}

func (x *examination) bookOf(m jetstream.Msg, prefix string) (openTo, bool) {
	b, _, is := idOf(m.Headers().Get(jetstream.MsgIDHeader))
	for _, o := range x.books {
		if is && o.Book == b && bytes.HasPrefix([]byte(m.Subject()), []byte(prefix+o.Lender+".")) {
			return o, true
		}
	}
	return openTo{}, false
}

// idOf reads the id of a message: its book, and its position or its size.
func idOf(id string) (eventstore.Book, eventstore.Position, bool) {
	parts := bytes.SplitN([]byte(id), []byte("-"), 3)
	if len(parts) < 2 {
		return 0, 0, false
	}
	b, err := strconv.ParseUint(string(parts[0]), 10, 16)
	position, positionErr := strconv.ParseInt(string(parts[1]), 10, 64)
	return eventstore.Book(b), eventstore.Position(position), err == nil && positionErr == nil
}
