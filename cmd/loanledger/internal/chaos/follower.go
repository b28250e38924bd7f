package chaos

import (
	"context"
	"sync"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"

	"github.com/jackc/pgx/v5"
)

// followedSQL is where the follower that holds a cursor writes down what it saw, in the transactions
// that move the cursor: so each event must be there once, in order. Nothing in the table sees to it.
const followedSQL = `
	CREATE SCHEMA chaos;
	CREATE TABLE chaos.followed (
		nr bigint GENERATED ALWAYS AS IDENTITY, book integer NOT NULL, position bigint NOT NULL, sum text NOT NULL, by text NOT NULL
	)`

// cursorName is the cursor that all followers compete for.
const cursorName = "chaos"

// followAtOnce is how many events a follower takes at a time.
const followAtOnce = 200

// follow reads every book in two ways until the context ends: from the beginning, telling what it
// sees, and behind the cursor, whenever it has it.
func (m *member) follow(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	for _, b := range m.Books {
		running.Go(func() {
			after := eventstore.Position(0)
			again(ctx, func(ctx context.Context) error { return m.tail(ctx, b.Book, &after) })
		})
		running.Go(func() { again(ctx, func(ctx context.Context) error { return m.behindCursor(ctx, b.Book) }) })
	}
	return nil
}

func (m *member) tail(ctx context.Context, b eventstore.Book, after *eventstore.Position) error {
	return eventstore.Follow(ctx, m.log, b, *after, followAtOnce, func(_ context.Context, events []eventstore.Event) error {
		*after = events[len(events)-1].Position
		m.say(line{Sight: &sight{Book: b, First: events[0].Position, Last: *after, Sum: sumOf(events)}})
		return nil
	})
}

func (m *member) behindCursor(ctx context.Context, b eventstore.Book) error {
	cursor, err := m.store.OpenCursor(ctx, cursorName, b)
	if err != nil {
		return err
	}
	defer cursor.Close()
	held, release := cursor.Held(ctx)
	defer release()
	return eventstore.Follow(held, m.log, b, cursor.Position(), followAtOnce, func(ctx context.Context, events []eventstore.Event) error {
		return m.writeDown(ctx, cursor, events)
	})
}

func (m *member) writeDown(ctx context.Context, cursor *pgstore.Cursor, events []eventstore.Event) error {
	positions, sums := make([]int64, len(events)), make([]string, len(events))
	for i := range events {
		positions[i], sums[i] = int64(events[i].Position), sumOfOne(&events[i])
	}
	return pgx.BeginFunc(ctx, m.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO chaos.followed (book, position, sum, by)
			SELECT $1, position, sum, $4 FROM unnest($2::bigint[], $3::text[]) AS seen (position, sum)`,
			int32(events[0].Book), positions, sums, m.Name)
		if err != nil {
			return err
		}
		return cursor.Save(ctx, tx, events[len(events)-1].Position)
	})
}
