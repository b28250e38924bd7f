package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"loanledger/eventstore"
	"loanledger/eventstore/tree"
)

// CheckpointStreamName is the JetStream stream of the signed heads of the logs. Whoever keeps what comes
// on it can tell later whether a log still begins with what was signed.
const CheckpointStreamName = "LEDGER_CHECKPOINTS"

const (
	checkpointSubjects = "ledger.checkpoint.>"
	checkpointPrefix   = "ledger.checkpoint."
	// headerNumber is the number of a checkpoint among those of its book.
	headerNumber = "Ledger-Checkpoint-Number"
	// checkpointHold is what the holds are named by which one process publishes the checkpoints of a
	// book. It must never change.
	checkpointHold = "checkpoints"
	// checkpointRun is how many checkpoints are read at a time, and lookForCheckpoints how often.
	checkpointRun      = 200
	lookForCheckpoints = 500 * time.Millisecond
)

// errForked: the stream has a checkpoint that the database does not have. The database was restored
// from an old copy, or changed. What to do about it is an operator's decision.
var errForked = errors.New("a checkpoint that was published is not the one in the database")

// Checkpoints reads the checkpoints of a book after a number, in the order of signing.
type Checkpoints interface {
	CheckpointsAfter(ctx context.Context, book eventstore.Book, number int64, limit int) ([]tree.Checkpoint, error)
}

// Herald publishes the checkpoints of all books.
type Herald struct {
	From      Checkpoints
	Conn      *nats.Conn
	Directory Directory
	Lock      Lock
	Logger    *slog.Logger
}

// Run publishes until the context ends, and then answers nil. What was signed while the broker was
// away is made up for. The subject is ledger.checkpoint.<lender>.<book>, the body the checkpoint.
func (h Herald) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	known := map[eventstore.Book]bool{}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		for _, number := range h.Directory.Books("") {
			book := eventstore.Book(number)
			lender, is := h.Directory.OfBook(number)
			if !is || known[book] || !subjectToken(lender) {
				continue
			}
			known[book] = true
			c := crier{h, book, checkpointPrefix + lender + "." + strconv.Itoa(int(book))}
			running.Go(func() { c.run(ctx) })
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// crier publishes the checkpoints of one book.
type crier struct {
	Herald
	book    eventstore.Book
	subject string
}

func (c crier) run(ctx context.Context) {
	for failures := 0; ctx.Err() == nil; failures++ {
		hold, err := c.Lock(ctx, checkpointHold, c.book)
		if err == nil {
			held, release := hold.Held(ctx)
			err = c.publish(held, hold)
			release()
			hold.Close()
		}
		if ctx.Err() != nil {
			return
		}
		if failures%30 == 0 {
			c.Logger.Warn("publishing checkpoints begins again", slog.Int("book", int(c.book)), slog.Any("error", err))
		}
		pause(ctx, longPause/2)
	}
}

// publish goes on behind the last checkpoint on the stream. It ends with an error.
func (c crier) publish(ctx context.Context, hold Hold) error {
	js, err := jetstream.New(c.Conn)
	if err != nil {
		return err
	}
	stream, err := ensureCheckpoints(ctx, js)
	if err != nil {
		return err
	}
	at, err := c.place(ctx, stream, hold)
	if err != nil {
		return err
	}
	for {
		next, err := c.From.CheckpointsAfter(ctx, c.book, at.number, checkpointRun)
		if err != nil {
			return err
		}
		for _, k := range next {
			if k.Size > at.past {
				if at.sequence, err = c.send(ctx, js, k, at.sequence); err != nil {
					return err
				}
			}
			at.number = k.Number
		}
		if n := len(next); n > 0 {
			err = hold.Save(ctx, eventstore.Position(next[n-1].Size))
		} else {
			pause(ctx, lookForCheckpoints)
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// send publishes a checkpoint where the ones before it end, so that two processes cannot both.
func (c crier) send(ctx context.Context, js jetstream.JetStream, k tree.Checkpoint, after uint64) (uint64, error) {
	m := nats.NewMsg(c.subject)
	m.Data = []byte(k.Note)
	m.Header.Set(headerNumber, strconv.FormatInt(k.Number, 10))
	m.Header.Set(jetstream.MsgIDHeader, fmt.Sprintf("%d-%d-%d", c.book, k.Size, k.Number))
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ack, err := js.PublishMsg(ctx, m, jetstream.WithExpectLastSequencePerSubject(after))
	if err != nil {
		return 0, fmt.Errorf("checkpoint %d of book %d: %w", k.Number, c.book, err)
	}
	return ack.Sequence, nil
}

// witnessed is how far a book's checkpoints are on the stream.
type witnessed struct {
	number   int64  // of the last one that is there
	sequence uint64 // of that one in the stream
	past     int64  // a size up to which they were there once and are not published again
}

// place is where the stream ends. One that has let its messages go is not filled anew. Errors:
// errForked.
func (c crier) place(ctx context.Context, stream jetstream.Stream, hold Hold) (at witnessed, err error) {
	last, err := stream.GetLastMsgForSubject(ctx, c.subject)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		before, err := emptyPlace(ctx, stream, hold.Position())
		return witnessed{past: int64(before.position)}, err
	}
	if err != nil {
		return at, err
	}
	at.sequence = last.Sequence
	if at.number, err = strconv.ParseInt(last.Header.Get(headerNumber), 10, 64); err != nil {
		return at, fmt.Errorf("the last message of %s has no number: %w", c.subject, err)
	}
	stored, err := c.From.CheckpointsAfter(ctx, c.book, at.number-1, 1)
	if err != nil {
		return at, err
	}
	if len(stored) == 0 || stored[0].Number != at.number || stored[0].Note != string(last.Data) {
		return at, fmt.Errorf("checkpoint %d of book %d: %w", at.number, c.book, errForked)
	}
	return at, nil
}

// ensureCheckpoints makes the stream of checkpoints, or finds it. A new one is kept in files and has no
// limits; what an operator has set is left as it is.
func ensureCheckpoints(ctx context.Context, js jetstream.JetStream) (jetstream.Stream, error) {
	stream, err := js.Stream(ctx, CheckpointStreamName)
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		stream, err = js.CreateStream(ctx, jetstream.StreamConfig{
			Name: CheckpointStreamName, Storage: jetstream.FileStorage, Subjects: []string{checkpointSubjects},
			Description: "Signed heads of the logs of the loan ledger.",
		})
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			return ensureCheckpoints(ctx, js) // another process was first
		}
	case err == nil && !slices.Contains(stream.CachedInfo().Config.Subjects, checkpointSubjects):
		c := stream.CachedInfo().Config
		c.Subjects = append(c.Subjects, checkpointSubjects)
		stream, err = js.UpdateStream(ctx, c)
	}
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", CheckpointStreamName, err)
	}
	return stream, nil
}
