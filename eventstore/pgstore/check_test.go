package pgstore_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
)

// Whatever is changed in the tables is found, at its position.
func TestTamperingIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		sql, found string
		right      eventstore.Position
	}{
		"nothing":            {`SELECT 1`, "", 12},
		"a byte of data":     {`UPDATE ledger.events SET data = set_byte(data, 1, 35) WHERE position = 6`, "position 5:", 4},
		"a byte of a person": {`UPDATE ledger.events SET personal = '\x00' WHERE position = 5`, "position 5:", 4},
		"the type":           {`UPDATE ledger.events SET type = 'test.undone' WHERE position = 7`, "position 7:", 6},
		"the actor":          {`UPDATE ledger.events SET actor = 'nobody' WHERE position = 7`, "position 7:", 6},
		"the stream":         {`UPDATE ledger.events SET stream = gen_random_uuid() WHERE position = 1`, "position 1:", 0},
		"the time":           {`UPDATE ledger.events SET recorded_at = recorded_at + interval '1 microsecond' WHERE position = 2`, "position 2:", 0},
		"a row deleted":      {`DELETE FROM ledger.events WHERE position = 8`, "position 8:", 6},
		"a swapped pair":     {`UPDATE ledger.events SET position = CASE position WHEN 3 THEN 104 ELSE 103 END WHERE position IN (3, 4); UPDATE ledger.events SET position = position - 100 WHERE position > 100`, "position 3:", 2},
		"events cut off":     {`DELETE FROM ledger.events WHERE position > 10`, "position 11:", 10},
		"an event added":     {`INSERT INTO ledger.events SELECT 13, recorded_at, gen_random_uuid(), command, book, 1, schema, digest, type, actor, data, personal FROM ledger.events WHERE position = 12`, "position 13:", 12},
		"a batch deleted":    {`DELETE FROM ledger.batches WHERE first_position = 5`, "position 5:", 4},
		"the last batch":     {`DELETE FROM ledger.batches WHERE first_position = 11`, "position 11:", 10},
		"the era":            {`UPDATE ledger.batches SET epoch = 9 WHERE first_position = 9`, "position 9:", 8},
		"the chain":          {`UPDATE ledger.batches SET chain = set_byte(chain, 0, get_byte(chain, 0) # 1) WHERE first_position = 3`, "position 3:", 2},
		"the first batch":    {`DELETE FROM ledger.batches WHERE first_position = 1`, "position 1:", 0},
	} {
		t.Run(name, func(t *testing.T) {
			store, pool := openStore(t, pgtest.Database(t, pgstore.Migrations), time.Now)
			if err := store.OpenBook(t.Context(), 1, firstEpoch); err != nil {
				t.Fatal(err)
			}
			for range 6 { // batches of two events
				a := one()
				a.Streams[0].Events[0].Personal = []byte("sealed")
				a.Streams = append(a.Streams, eventstore.StreamAppend{Stream: uuid.New(), Events: a.Streams[0].Events})
				if _, err := store.Append(t.Context(), 1, a); err != nil {
					t.Fatal(err)
				}
			}
			for sql := range strings.SplitSeq(c.sql, ";") {
				if _, err := pool.Exec(t.Context(), sql); err != nil {
					t.Fatal(err)
				}
			}
			right, err := store.CheckBatches(t.Context(), 1)
			if right != c.right || (c.found == "") != (err == nil) {
				t.Fatalf("right up to %d: %v", right, err)
			}
			if c.found != "" && (!errors.Is(err, pgstore.ErrBroken) || !strings.Contains(err.Error(), c.found)) {
				t.Fatalf("found %v", err)
			}
		})
	}
}
