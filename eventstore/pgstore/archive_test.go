package pgstore_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/eventstore"
	"loanledger/eventstore/archive"
	"loanledger/eventstore/pgstore"
)

// library is a book with leaves of twenty events, some of whose streams have ended, and its archive.
type library struct {
	boundary
	url   string
	pool  *pgxpool.Pool
	dir   string
	ended []uuid.UUID
	lives uuid.UUID // it began in the first leaf and goes on
}

const libraryLeaf = 20

func openLibrary(t *testing.T) *library {
	t.Helper()
	l := &library{boundary: boundary{T: t}, url: pgtest.Database(t, pgstore.Migrations), dir: filepath.Join(t.TempDir(), "archive"), lives: uuid.New()}
	for range 2 {
		store, pool := openStore(t, l.url, time.Now, pgstore.WithLeafEvents(libraryLeaf))
		l.stores, l.pool = append(l.stores, store), pool
	}
	if err := l.stores[0].OpenBook(t.Context(), 1, firstEpoch); err != nil {
		t.Fatal(err)
	}
	for i := range 16 { // three events each, so that batches go over the bounds
		l.ended = append(l.ended, uuid.New())
		s := l.events(l.ended[i], 0, 2)
		s.Events[0].Data, s.Events[0].Personal = [][]byte{[]byte(` {"a":  1}` + "\n"), {}, {0, 255}, []byte(`{"a":1}`)}[i%4], []byte("sealed")
		s.Events[1].Personal = []byte{}
		l.add(i%2, s, l.events(l.lives, eventstore.Version(i), 1))
	}
	return l
}

func (l *library) isEnded(_ context.Context, streams []uuid.UUID) (ended []uuid.UUID, err error) {
	for _, s := range streams {
		if s != l.lives {
			ended = append(ended, s)
		}
	}
	return ended, nil
}

// archiveLeaf archives the leaf from a position.
func (l *library) archiveLeaf(first eventstore.Position) pgstore.Archived {
	l.Helper()
	done, err := l.stores[0].ArchiveLeaf(l.Context(), 1, first, l.dir, l.isEnded)
	if err != nil {
		l.Fatal(err)
	}
	return done
}

// reader is a store that reads the archive too.
func (l *library) reader() *pgstore.Store {
	l.Helper()
	files, err := archive.Open(l.dir)
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(files.Close)
	store, _ := openStore(l.T, l.url, time.Now, pgstore.WithArchive(files))
	return store
}

func (l *library) nulls() (n int) {
	l.Helper()
	if err := l.pool.QueryRow(l.Context(), `SELECT count(*) FROM ledger.events WHERE data IS NULL`).Scan(&n); err != nil {
		l.Fatal(err)
	}
	return n
}

func (l *library) archived(what string, err error) {
	l.Helper()
	if !errors.Is(err, eventstore.ErrArchived) {
		l.Errorf("%s: %v", what, err)
	}
}

func TestArchive(t *testing.T) {
	l := openLibrary(t)
	before := readAll(t, l.pool, l.stores[0])
	for _, stream := range l.ended { // both processes know all of them
		for _, s := range l.stores {
			if _, err := s.ReadStream(t.Context(), 1, stream, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	done := l.archiveLeaf(1)
	if done.Events != libraryLeaf || done.Streams != 8 || done.Ended != 7 || l.nulls() != 14 {
		t.Fatalf("%+v, and %d events without data", done, l.nulls())
	}
	old := l.ended[0]
	for i, s := range l.stores {
		_, err := s.ReadStream(t.Context(), 1, old, 0)
		l.archived("read a stream", err)
		if !strings.Contains(err.Error(), "positions 1 to 20 of book 1") || !strings.Contains(err.Error(), done.Name) {
			t.Errorf("the error does not name the range: %v", err)
		}
		_, err = s.ReadBook(t.Context(), 1, 0, 100)
		l.archived("read the book", err)
		l.archived("scan it", s.Scan(t.Context(), eventstore.Scan{Book: 1}, func(context.Context, []eventstore.Event) error { return nil }))
		_, err = s.CheckBatches(t.Context(), 1)
		l.archived("check it", err)
		l.archived("go on with an ended stream", l.try(i, l.events(old, 2, 1)))
		l.conflict("as if it were new", i, l.events(old, 0, 1))
		l.add(i, l.events(old, 2, 0), l.events(uuid.New(), 0, 1)) // a guard asks for nothing
		if events, err := s.ReadStream(t.Context(), 1, l.lives, 0); err != nil || len(events) != 16 {
			t.Errorf("a stream that goes on: %d events, %v", len(events), err)
		}
		if events, err := s.ReadBook(t.Context(), 1, libraryLeaf, 28); err != nil || len(events) != 28 {
			t.Errorf("the rest of the book: %d events, %v", len(events), err)
		}
		if events, err := s.ReadStream(t.Context(), 1, l.ended[7], 0); err != nil || len(events) != 2 {
			t.Errorf("a stream of the next leaf: %d events, %v", len(events), err)
		}
	}
	r := l.reader()
	if events, err := r.ReadBook(t.Context(), 1, 0, 48); err != nil || !reflect.DeepEqual(events, before) {
		t.Errorf("with the archive the book has %d events, or others: %v", len(events), err)
	}
	if last, err := r.CheckBatches(t.Context(), 1); err != nil || last != l.last {
		t.Errorf("with the archive it is right up to %d: %v", last, err)
	}
	if events, err := r.ReadStream(t.Context(), 1, old, 0); err != nil || !reflect.DeepEqual(events, before[:2]) {
		t.Errorf("with the archive: %+v, %v", events, err)
	}
	folding := 0
	err := r.Scan(t.Context(), eventstore.Scan{Book: 1, UpTo: 48, Folding: true}, func(_ context.Context, events []eventstore.Event) error {
		for i, e := range events {
			if !bytes.Equal(e.Data, before[folding+i].Data) || e.Data == nil || e.Personal != nil || e.Command != uuid.Nil {
				t.Errorf("for folding: %+v", e)
			}
		}
		folding += len(events)
		return nil
	})
	if err != nil || folding != 48 {
		t.Errorf("%d events for folding, %v", folding, err)
	}
}

func TestWhatCannotBeArchived(t *testing.T) {
	l := openLibrary(t)
	try := func(first eventstore.Position, want error) {
		t.Helper()
		if _, err := l.stores[0].ArchiveLeaf(t.Context(), 1, first, l.dir, l.isEnded); !errors.Is(err, want) {
			t.Errorf("archive from %d: %v, not %v", first, err, want)
		}
	}
	try(41, pgstore.ErrHot)
	cursor, err := l.stores[1].OpenCursor(t.Context(), "slow", 1)
	if err != nil {
		t.Fatal(err)
	}
	try(1, pgstore.ErrFollowed)
	tx, err := l.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(cursor.Save(t.Context(), tx, libraryLeaf), tx.Commit(t.Context())); err != nil {
		t.Fatal(err)
	}
	cursor.Close()
	try(21, pgstore.ErrFollowed)
	wrong := errors.New("nobody knows")
	_, err = l.stores[0].ArchiveLeaf(t.Context(), 1, 1, l.dir, func(context.Context, []uuid.UUID) ([]uuid.UUID, error) { return nil, wrong })
	if !errors.Is(err, wrong) || l.nulls() != 0 {
		t.Errorf("%d events without data, %v", l.nulls(), err)
	}
	// The file of that try is there; a file that is not the leaf's is noticed before anything is removed.
	path := filepath.Join(l.dir, archive.Part{Book: 1, First: 1, Last: libraryLeaf}.Name())
	if _, err := l.pool.Exec(t.Context(), `UPDATE ledger.batches SET chain = set_byte(chain, 5, get_byte(chain, 5) # 1) WHERE first_position = 4`); err != nil {
		t.Fatal(err)
	}
	try(1, pgstore.ErrBroken)
	if _, err := l.pool.Exec(t.Context(), `UPDATE ledger.batches SET chain = set_byte(chain, 5, get_byte(chain, 5) # 1) WHERE first_position = 4`); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil || l.nulls() != 0 {
		t.Fatalf("%d events without data, %v", l.nulls(), err)
	}
	l.archiveLeaf(1)
	try(1, pgstore.ErrAlreadyArchived)
	if _, err := l.pool.Exec(t.Context(), `UPDATE ledger.events SET data = NULL WHERE position = 30`); err == nil {
		t.Error("a null was taken for data in a leaf that is not archived")
	}
}

func TestRestore(t *testing.T) {
	l := openLibrary(t)
	before := readAll(t, l.pool, l.stores[0])
	path := filepath.Join(l.dir, l.archiveLeaf(1).Name)
	second := filepath.Join(l.dir, l.archiveLeaf(21).Name)
	packed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(packed)
	flipped[len(flipped)/2] ^= 1
	nulls := l.nulls()
	for name, content := range map[string][]byte{"flipped": flipped, "cut off": packed[:len(packed)-20]} {
		damaged := filepath.Join(t.TempDir(), filepath.Base(path))
		if err := os.WriteFile(damaged, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := l.stores[0].RestoreLeaf(t.Context(), damaged); !errors.Is(err, archive.ErrDamaged) && !errors.Is(err, pgstore.ErrBroken) || l.nulls() != nulls {
			t.Errorf("%s: %v, %d events without data", name, err, l.nulls())
		}
	}
	for _, p := range []string{second, path} {
		if file, err := l.stores[1].RestoreLeaf(t.Context(), p); err != nil || file.Events != libraryLeaf {
			t.Fatalf("%+v, %v", file, err)
		}
	}
	if _, err := l.stores[1].RestoreLeaf(t.Context(), path); !errors.Is(err, pgstore.ErrNotArchived) {
		t.Error(err)
	}
	if after := readAll(t, l.pool, l.stores[0]); !reflect.DeepEqual(before, after) || l.nulls() != 0 {
		t.Errorf("what was restored is not what was archived")
	}
	for i := range l.stores {
		l.add(i, l.events(l.ended[i], 2, 1))
	}
	if done := l.archiveLeaf(1); done.Ended != 5 { // by the same file; two streams go on now
		t.Errorf("%+v", done)
	}
}

// A repeated command is recognised by what is left of its events, and is not carried out again.
func TestRepeatedCommandOfArchivedStream(t *testing.T) {
	l := openLibrary(t)
	account := uuid.New()
	l.ended = append(l.ended, account)
	r := eventstore.Request{Book: 1, Command: uuid.New(), Digest: eventstore.Digest{1}, Actor: "test"}
	x := eventstore.NewExecutor(l.stores[0], nil)
	if _, err := x.Do(t.Context(), r, transfer(account, account, 5)); err != nil {
		t.Fatal(err)
	}
	head, err := l.stores[0].Head(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	l.last = head.Position
	for l.last < 60 {
		l.add(1, l.events(uuid.New(), 0, 1))
	}
	l.archiveLeaf(41)
	fresh := eventstore.NewExecutor(l.stores[1], nil)
	_, err = fresh.Do(t.Context(), r, transfer(account, account, 5))
	l.archived("the same command again", err)
	again := r
	again.Command = uuid.New()
	_, err = x.Do(t.Context(), again, transfer(account, account, 5)) // this one remembers the state
	l.archived("another command, on a remembered state", err)
	if head, err := l.stores[0].Head(t.Context(), 1); err != nil || head.Position != l.last {
		t.Errorf("%+v, %v", head, err)
	}
}
