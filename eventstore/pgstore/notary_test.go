package pgstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/mod/sumdb/note"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/eventstore/tree"
)

// box seals by turning bytes round, so that a secret that is stored unsealed is seen.
type box struct{}

func (box) SealSecret(_ context.Context, book eventstore.Book, label string, plain []byte) ([]byte, error) {
	sealed := fmt.Appendf(nil, "%d %s:", book, label)
	for _, b := range plain {
		sealed = append(sealed, ^b)
	}
	return sealed, nil
}

func (box) OpenSecret(_ context.Context, book eventstore.Book, label string, sealed []byte) ([]byte, error) {
	turned, ok := bytes.CutPrefix(sealed, fmt.Appendf(nil, "%d %s:", book, label))
	if !ok {
		return nil, errors.New("of another book or label")
	}
	plain := make([]byte, len(turned))
	for i, b := range turned {
		plain[i] = ^b
	}
	return plain, nil
}

// office is a book with a notary.
type office struct {
	t      testing.TB
	url    string
	store  *pgstore.Store
	pool   *pgxpool.Pool
	notary *pgstore.Notary
}

func openOffice(t testing.TB) *office {
	t.Helper()
	store, url := openBook(t)
	if err := store.RegisterBook(t.Context(), 1, "smartcash"); err != nil {
		t.Fatal(err)
	}
	return joinOffice(t, url)
}

// joinOffice is the office as another process has it.
func joinOffice(t testing.TB, url string) *office {
	t.Helper()
	store, pool := openStore(t, url, time.Now)
	o := &office{t: t, url: url, store: store, pool: pool}
	o.notary = pgstore.NewNotary(store, box{}, func(b eventstore.Book, err error) { t.Errorf("trouble with book %d: %v", b, err) })
	return o
}

// run builds the tree until the answered function is called.
func (o *office) run() (stop func()) {
	ctx, cancel := context.WithCancel(o.t.Context())
	var running sync.WaitGroup
	running.Go(func() { o.must(o.notary.Run(ctx, 1)) })
	return func() { cancel(); running.Wait() }
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// append appends so many events, each in a stream of its own, at most 100 at a time.
func (o *office) append(count int) {
	o.t.Helper()
	for count > 0 {
		a := one()
		a.Streams = nil
		for range min(count, 100) {
			a.Streams = append(a.Streams, eventstore.StreamAppend{Stream: uuid.New(), Events: []eventstore.NewEvent{
				{Type: "test.done", Schema: 1, Data: []byte(`{"n": 1}`), Personal: []byte("sealed")},
			}})
		}
		count -= len(a.Streams)
		_, err := o.store.Append(o.t.Context(), 1, a)
		o.must(err)
	}
}

func (o *office) exec(statements string) {
	o.t.Helper()
	for sql := range strings.SplitSeq(statements, ";") {
		if strings.TrimSpace(sql) == "" {
			continue
		}
		_, err := o.pool.Exec(o.t.Context(), sql)
		o.must(err)
	}
}

func (o *office) count(sql string) (n int64) {
	o.t.Helper()
	o.must(o.pool.QueryRow(o.t.Context(), sql).Scan(&n))
	return n
}

// await waits until a query answers a number.
func (o *office) await(sql string, want int64) {
	o.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); o.count(sql) != want; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			o.t.Fatalf("%s answers %d, not %d", sql, o.count(sql), want)
		}
	}
}

func (o *office) latest() tree.Checkpoint {
	o.t.Helper()
	c, err := o.notary.Latest(o.t.Context(), 1)
	o.must(err)
	return c
}

func (o *office) keys() note.Verifiers {
	o.t.Helper()
	keys, err := o.store.SigningKeys(o.t.Context(), 1)
	o.must(err)
	var lines []string
	for _, k := range keys {
		lines = append(lines, k.Public)
	}
	v, err := tree.ParseKeys(strings.Join(lines, "\n"))
	o.must(err)
	return v
}

func (o *office) check() (pgstore.TreeChecked, error) {
	return o.store.CheckTree(o.t.Context(), 1, pgstore.TreeCheck{})
}

// The tree grows with the log, over tiles and through several openings, and what it proves holds.
func TestTreeGrowsWithTheLog(t *testing.T) {
	o := openOffice(t)
	var sizes []int64
	for i, count := range []int{3, 253, 1, 700, 5000} {
		stop := o.run()
		o.append(count)
		sizes = append(sizes, o.latest().Size)
		total := o.count(`SELECT max(position) FROM ledger.events`)
		if sizes[i] != total {
			t.Fatalf("the latest checkpoint is over %d events, not %d", sizes[i], total)
		}
		o.await(`SELECT count(*) FROM ledger.tree_tiles WHERE level = 0`, total/256)
		stop()
	}
	keys := o.keys()
	for _, position := range []eventstore.Position{1, 3, 4, 256, 257, 957, 5957} {
		for _, size := range append(sizes, 0) {
			if size != 0 && int64(position) > size {
				continue
			}
			p, data, err := o.notary.Prove(t.Context(), 1, position, size)
			o.must(err)
			p.Data = data
			head, _, err := p.Check(keys)
			if err != nil || size != 0 && head.Size != size || p.Leaf.Position != position || head.Origin != "loanledger/smartcash/1" {
				t.Errorf("position %d in %d: %+v, %v", position, size, head, err)
			}
		}
	}
	for _, from := range sizes {
		c, err := o.notary.Consistency(t.Context(), 1, from, 0)
		o.must(err)
		if err := c.Check(); err != nil || c.To != 5957 {
			t.Errorf("from %d: %+v %v", from, c, err)
		}
		first, err := o.store.CoveringCheckpoint(t.Context(), 1, eventstore.Position(from))
		if err != nil || first.Root != c.FromRoot {
			t.Errorf("the proof from %d begins with another root: %v", from, err)
		}
	}
	done, err := o.check()
	if err != nil || done.Events != 5957 || done.Tiles != 23 || done.Checkpoints < 5 {
		t.Errorf("%+v %v", done, err)
	}
}

func TestWhatCannotBeProven(t *testing.T) {
	o := openOffice(t)
	if _, err := o.notary.Latest(t.Context(), 1); !errors.Is(err, tree.ErrBeyond) {
		t.Errorf("a checkpoint over nothing: %v", err)
	}
	o.append(3)
	o.latest()
	o.append(3)
	for _, c := range []struct {
		position eventstore.Position
		size     int64
		want     error
	}{{0, 0, tree.ErrBeyond}, {7, 0, tree.ErrBeyond}, {4, 3, tree.ErrBeyond}, {2, 4, tree.ErrNoCheckpoint}, {2, 3, nil}, {6, 0, nil}} {
		if _, _, err := o.notary.Prove(t.Context(), 1, c.position, c.size); !errors.Is(err, c.want) {
			t.Errorf("position %d in %d: %v", c.position, c.size, err)
		}
	}
	for _, c := range [][2]int64{{0, 3}, {4, 3}, {1, 7}} {
		if _, err := o.notary.Consistency(t.Context(), 1, c[0], c[1]); !errors.Is(err, tree.ErrBeyond) {
			t.Errorf("from %d to %d: %v", c[0], c[1], err)
		}
	}
	ended, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	o.append(1)
	if _, err := o.notary.Covering(ended, 1, 7); !errors.Is(err, tree.ErrUncovered) {
		t.Errorf("no time: %v", err)
	}
}

// Checkpoints come by themselves, and many who need one at the same time share it.
func TestCheckpointsOnDemandAreShared(t *testing.T) {
	o := openOffice(t)
	defer o.run()()
	o.append(1)
	o.await(`SELECT count(*) FROM ledger.checkpoints`, 1) // nobody asked
	other := joinOffice(t, o.url)
	for round := range 5 {
		o.append(300)
		var group sync.WaitGroup
		for i := range 16 {
			who := []*office{o, other}[i%2]
			group.Go(func() {
				if c, err := who.notary.Latest(t.Context(), 1); err != nil || c.Size != int64(1+300*(round+1)) {
					t.Errorf("%+v %v", c, err)
				}
			})
		}
		group.Wait()
	}
	if n := o.count(`SELECT count(*) FROM ledger.checkpoints`); n > 8 {
		t.Errorf("%d checkpoints", n)
	}
	if _, err := o.check(); err != nil {
		t.Error(err)
	}
}

// While events come, the tree follows, heads are signed by two processes, and everything agrees in the end.
func TestTreeUnderLoad(t *testing.T) {
	o := openOffice(t)
	other := joinOffice(t, o.url)
	stops := []func(){o.run(), other.run()}
	var group sync.WaitGroup
	for i := range 8 {
		who := []*office{o, other}[i%2]
		group.Go(func() {
			for range 20 {
				who.append(40)
				who.latest()
			}
		})
	}
	group.Wait()
	stops[0]() // the other one takes over, or goes on
	other.append(600)
	other.await(`SELECT count(*) FROM ledger.tree_tiles WHERE level = 0`, 7000/256)
	stops[1]()
	done, err := o.check()
	if err != nil || done.Events != 7000 {
		t.Errorf("%+v %v", done, err)
	}
}

func TestKeysAreSealedAndRotated(t *testing.T) {
	o := openOffice(t)
	o.append(2)
	before := o.latest()
	oldKeys := o.keys()
	handover, err := o.notary.Rotate(t.Context(), 1) // over the same events
	o.must(err)
	o.append(2)
	after := o.latest()
	list, err := o.store.SigningKeys(t.Context(), 1)
	o.must(err)
	if len(list) != 2 || list[0].RetiredAt.IsZero() || !list[1].RetiredAt.IsZero() || list[1].SignsFrom != 2 || handover.Number != 2 || after.Number != 3 {
		t.Fatalf("%+v %+v %+v", list, handover, after)
	}
	newKeys, err := tree.ParseKeys(list[1].Public)
	o.must(err)
	for _, c := range []struct {
		name string
		of   tree.Checkpoint
		keys note.Verifiers
		ok   bool
	}{
		{"old", before, oldKeys, true}, {"old by the new key", before, newKeys, false},
		{"handover by the old key", handover, oldKeys, true}, {"handover by the new key", handover, newKeys, true},
		{"new by the old key", after, oldKeys, false}, {"new", after, newKeys, true},
	} {
		if _, _, err := tree.OpenCheckpoint(c.of.Note, c.keys); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if n := o.count(`SELECT count(*) FROM ledger.signing_keys WHERE position('PRIVATE'::bytea IN sealed) > 0`); n != 0 {
		t.Error("a private key is stored in the open")
	}
	p, _, err := o.notary.Prove(t.Context(), 1, 1, 0)
	if err != nil || p.Checkpoint != before.Note {
		t.Errorf("the proof of an event is another one after the rotation: %v", err)
	}
	if done, err := o.check(); err != nil || done.Checkpoints != 3 {
		t.Errorf("%+v %v", done, err)
	}
	_, err = o.store.CheckTree(t.Context(), 1, pgstore.TreeCheck{Keys: oldKeys})
	if err == nil || !strings.Contains(err.Error(), "checkpoint 3") {
		t.Errorf("by the old key alone: %v", err)
	}
}

// Rotations and signings of several processes come one after another.
func TestRotationWhileOthersSign(t *testing.T) {
	o := openOffice(t)
	other := joinOffice(t, o.url)
	o.append(1)
	var group sync.WaitGroup
	for _, who := range []*office{o, other} {
		group.Go(func() {
			for range 10 {
				who.append(1)
				who.latest()
			}
		})
		group.Go(func() {
			for range 5 {
				if _, err := who.notary.Rotate(t.Context(), 1); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if n := o.count(`SELECT count(*) FROM ledger.signing_keys`); n != 11 {
		t.Errorf("%d keys", n)
	}
	if _, err := o.check(); err != nil {
		t.Error(err)
	}
}

// A log that is not the one that was signed is never signed again.
func TestNotaryRefusesAnotherLog(t *testing.T) {
	o := openOffice(t)
	o.append(4)
	o.latest()
	o.exec(`UPDATE ledger.events SET data = '{}' WHERE position = 2`)
	o.append(1)
	if _, err := o.notary.Latest(t.Context(), 1); !errors.Is(err, pgstore.ErrBroken) {
		t.Errorf("signed: %v", err)
	}
	if _, _, err := o.notary.Prove(t.Context(), 1, 2, 4); !errors.Is(err, pgstore.ErrBroken) {
		t.Errorf("proven: %v", err)
	}
}

// BenchmarkTree is the cost of the tree for each event: reading, hashing and storing.
func BenchmarkTree(b *testing.B) {
	o := openOffice(b)
	o.append(b.N)
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime(b)
	stop := o.run()
	o.await(`SELECT coalesce(max(number) + 1, 0) FROM ledger.tree_tiles WHERE level = 0`, int64(b.N/256))
	stop()
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/event")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkAppendBesideTree appends as BenchmarkAppend does, with the tree being built in the same
// process and without. The processor time is that of this process, not of Postgres.
func BenchmarkAppendBesideTree(b *testing.B) {
	for _, beside := range []bool{false, true} {
		b.Run(fmt.Sprintf("tree=%v", beside), func(b *testing.B) {
			o := openOffice(b)
			if beside {
				defer o.run()()
			}
			data := bytes.Repeat([]byte("0123456789abcdef"), 25)
			before := processorTime(b)
			b.ResetTimer()
			run(b, 64, func(int) error {
				a := one()
				a.Streams[0].Events[0].Data = data
				_, err := o.store.Append(context.Background(), 1, a)
				return err
			})
			b.StopTimer()
			b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/event")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			if beside {
				b.ReportMetric(float64(o.count(`SELECT 256 * count(*) FROM ledger.tree_tiles WHERE level = 0`))/float64(b.N), "in-tiles")
			}
		})
	}
}

func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
