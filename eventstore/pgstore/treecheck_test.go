package pgstore_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"loanledger/eventstore/pgstore"
	"loanledger/eventstore/tree"
)

// Whatever is changed in the tables is found by the tree and its checkpoints, and named: with its
// position where a tile tells it, else with the checkpoints between which it lies.
func TestTamperingIsNamed(t *testing.T) {
	o := signed(t)
	restore := o.save()
	for name, c := range map[string]struct{ sql, found string }{
		"nothing":              {``, ""},
		"a byte of data":       {`UPDATE ledger.events SET data = set_byte(data, 1, 35) WHERE position = 6`, "position 6: the event was changed"},
		"a byte of a person":   {`UPDATE ledger.events SET personal = set_byte(personal, 0, 0) WHERE position = 256`, "position 256: the event was changed"},
		"no person":            {`UPDATE ledger.events SET personal = NULL WHERE position = 7`, "position 7: the event was changed"},
		"the type":             {`UPDATE ledger.events SET type = 'test.undone' WHERE position = 1`, "position 1: the event was changed"},
		"the actor":            {`UPDATE ledger.events SET actor = 'nobody' WHERE position = 7`, "position 7: the event was changed"},
		"the schema":           {`UPDATE ledger.events SET schema = 2 WHERE position = 7`, "position 7: the event was changed"},
		"the version":          {`UPDATE ledger.events SET version = 2 WHERE position = 7`, "position 7: the event was changed"},
		"the stream":           {`UPDATE ledger.events SET stream = gen_random_uuid() WHERE position = 7`, "position 7: the event was changed"},
		"the command":          {`UPDATE ledger.events SET command = gen_random_uuid() WHERE position = 7`, "position 7: the event was changed"},
		"the digest":           {`UPDATE ledger.events SET digest = set_byte(digest, 31, 99) WHERE position = 7`, "position 7: the event was changed"},
		"the time":             {`UPDATE ledger.events SET recorded_at = recorded_at + interval '1 microsecond' WHERE position = 150`, "position 150: the event was changed"},
		"behind the tiles":     {`UPDATE ledger.events SET data = '{}' WHERE position = 290`, "position 201: this event or one up to position 300"},
		"a row deleted":        {`DELETE FROM ledger.events WHERE position = 8`, "position 8: the event is missing"},
		"a row deleted, late":  {`DELETE FROM ledger.events WHERE position = 280`, "position 280: the event is missing"},
		"a swapped pair":       {`UPDATE ledger.events SET position = position + 100000 WHERE position IN (30, 31); UPDATE ledger.events SET position = 100061 - position WHERE position > 100000`, "position 30: the event was changed"},
		"a truncated tail":     {`DELETE FROM ledger.events WHERE position > 200; DELETE FROM ledger.batches WHERE last_position > 200`, "position 201: the log ends before it, and checkpoint 3"},
		"only events cut off":  {`DELETE FROM ledger.events WHERE position > 290`, "position 291: the event is missing"},
		"and the checkpoint":   {`DELETE FROM ledger.events WHERE position > 200; DELETE FROM ledger.batches WHERE last_position > 200; DELETE FROM ledger.checkpoints WHERE size > 200`, "position 201: the log ends before it, and the tree has 1 full tiles"},
		"a tile":               {`UPDATE ledger.tree_tiles SET hashes = set_byte(hashes, 32 * 9, get_byte(hashes, 32 * 9) # 1)`, "position 10: its hash was changed in the tree"},
		"the root of a tile":   {`UPDATE ledger.tree_tiles SET root = set_byte(root, 0, get_byte(root, 0) # 1)`, "position 1: the root of tile 0"},
		"a tile deleted":       {`DELETE FROM ledger.tree_tiles`, "position 1: tile 0 of level 0"},
		"a tile added":         {`INSERT INTO ledger.tree_tiles SELECT book, 1, 0, root, hashes FROM ledger.tree_tiles`, "1 full tiles of level 1"},
		"the root signed":      {`UPDATE ledger.checkpoints SET root = set_byte(root, 0, get_byte(root, 0) # 1) WHERE number = 2`, "checkpoint 2: its row says other"},
		"the size signed":      {`UPDATE ledger.checkpoints SET size = 199 WHERE number = 2`, "checkpoint 2: its row says other"},
		"what is signed":       {`UPDATE ledger.checkpoints SET note = replace(note, E'\n200\n', E'\n201\n') WHERE number = 2`, "checkpoint 2: over 200 events: no signature"},
		"another's checkpoint": {`UPDATE ledger.checkpoints SET note = (SELECT note FROM ledger.checkpoints WHERE number = 1) WHERE number = 2`, "checkpoint 2: its row says other"},
		"a checkpoint deleted": {`DELETE FROM ledger.checkpoints WHERE number = 2`, "checkpoint 2: it is missing"},
		"the first deleted":    {`DELETE FROM ledger.checkpoints WHERE number = 1`, "checkpoint 1: it is missing"},
		"the order of sizes":   {`UPDATE ledger.checkpoints SET size = 101 WHERE number = 3`, "checkpoint 3: it is over 101 events, fewer"},
		"the key":              {`UPDATE ledger.signing_keys SET public = replace(public, 'smartcash', 'cashper')`, "public keys"},
	} {
		t.Run(name, func(t *testing.T) {
			restore()
			o.exec(c.sql)
			done, err := o.check()
			if c.found == "" && (err != nil || done != pgstore.TreeChecked{Events: 300, Tiles: 1, Checkpoints: 3}) {
				t.Fatalf("%+v %v", done, err)
			}
			if c.found != "" && (!errors.Is(err, pgstore.ErrBroken) || !strings.Contains(err.Error(), c.found)) {
				t.Fatalf("found %v", err)
			}
		})
	}
}

// save remembers what is stored; the answered function brings it back.
func (o *office) save() (restore func()) {
	o.t.Helper()
	var restoring strings.Builder
	o.exec(`CREATE SCHEMA saved`)
	for _, table := range []string{"events", "batches", "tree_tiles", "checkpoints", "signing_keys", "cursors"} {
		o.exec(fmt.Sprintf(`CREATE TABLE saved.%[1]s AS TABLE ledger.%[1]s`, table))
		fmt.Fprintf(&restoring, `TRUNCATE ledger.%[1]s; INSERT INTO ledger.%[1]s SELECT * FROM saved.%[1]s;`, table)
	}
	return func() { o.exec(restoring.String()) }
}

// signed is a book of 300 events with a full tile and checkpoints at 100, 200 and 300.
func signed(t testing.TB) *office {
	t.Helper()
	o := openOffice(t)
	for range 3 {
		o.append(100)
		o.latest()
	}
	stop := o.run()
	o.await(`SELECT count(*) FROM ledger.tree_tiles`, 1)
	stop()
	return o
}

// Who changes an event and then computes the chain of the batches anew, as anyone can who reads the
// source, passes the check of the batches, and fails here: the tree was built and signed before.
func TestRewrittenChainIsFound(t *testing.T) {
	o := signed(t)
	o.exec(`UPDATE ledger.events SET data = '{"n": 1000000}' WHERE position = 42`)
	o.must(pgstore.RewriteChain(t.Context(), o.store, o.pool, 1))
	if right, err := o.store.CheckBatches(t.Context(), 1); err != nil || right != 300 {
		t.Fatalf("the chain is not the one of the changed events: %d %v", right, err)
	}
	if _, err := o.check(); err == nil || !strings.Contains(err.Error(), "position 42: the event was changed") {
		t.Errorf("found %v", err)
	}
	o.exec(`DELETE FROM ledger.tree_tiles; DELETE FROM ledger.cursors`) // and who makes the tree anew too
	stop := o.run()
	o.await(`SELECT count(*) FROM ledger.tree_tiles`, 1)
	stop()
	if _, err := o.check(); err == nil || !strings.Contains(err.Error(), "position 1: this event or one up to position 100 is not the one that checkpoint 1 was signed over") {
		t.Errorf("found %v", err)
	}
}

// Who signs a changed log with a key of their own is found by who kept the key, or a checkpoint.
func TestForgedBookIsFoundByWhoKeptSomething(t *testing.T) {
	o := signed(t)
	keys := o.keys()
	kept := o.latest()
	o.append(50)
	o.latest()
	check := func(c pgstore.TreeCheck) (pgstore.TreeChecked, error) { return o.store.CheckTree(t.Context(), 1, c) }
	done, err := check(pgstore.TreeCheck{Keys: keys, Kept: []tree.Head{kept.Head}})
	if err != nil || done.Kept != 1 {
		t.Fatalf("%+v %v", done, err)
	}

	o.exec(`DELETE FROM ledger.tree_tiles; DELETE FROM ledger.cursors; DELETE FROM ledger.checkpoints; DELETE FROM ledger.signing_keys;
		UPDATE ledger.events SET data = '{"n": 1000000}' WHERE position = 42`)
	o.must(pgstore.RewriteChain(t.Context(), o.store, o.pool, 1))
	forger := joinOffice(t, o.url)
	forger.latest()
	if _, err := o.check(); err != nil {
		t.Fatalf("the forgery is not complete: %v", err)
	}
	if _, err := check(pgstore.TreeCheck{Keys: keys}); err == nil || !strings.Contains(err.Error(), "checkpoint 1: over 350 events: no signature") {
		t.Errorf("by the key: %v", err)
	}
	if _, err := check(pgstore.TreeCheck{Kept: []tree.Head{kept.Head}}); err == nil || !strings.Contains(err.Error(), "is not the one that the checkpoint that was kept was signed over") {
		t.Errorf("by the checkpoint: %v", err)
	}
	kept.Origin = "loanledger/cashper/1"
	if _, err := check(pgstore.TreeCheck{Kept: []tree.Head{kept.Head}}); err == nil || !strings.Contains(err.Error(), "cashper") {
		t.Errorf("of another log: %v", err)
	}
	kept.Size = 1000
	if _, err := check(pgstore.TreeCheck{Kept: []tree.Head{kept.Head}}); err == nil || !strings.Contains(err.Error(), "position 351: the log ends before it") {
		t.Errorf("of a longer log: %v", err)
	}
}
