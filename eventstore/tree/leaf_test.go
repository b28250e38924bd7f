package tree_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"loanledger/eventstore"
	"loanledger/eventstore/tree"
)

// event is an event of book 7 with something in every field.
func event(position eventstore.Position) eventstore.Event {
	return eventstore.Event{
		Book: 7, Position: position, Stream: uuid.MustParse("00070102-0304-8506-8708-090a0b0c0d0e"), Version: 3, Type: "test.done", Schema: 2,
		RecordedAt: time.Date(2026, 1, 15, 9, 0, 0, 123456000, time.UTC), Command: uuid.MustParse("11111111-2222-8333-8444-555555555555"),
		Digest: eventstore.Digest{1, 2, 3}, Actor: "service:test", Data: []byte(`{"n": 1}`), Personal: []byte("sealed"),
	}
}

func events(n int) []eventstore.Event {
	all := make([]eventstore.Event, n)
	for i := range all {
		all[i] = event(eventstore.Position(i + 1))
		if i%3 == 0 {
			all[i].Personal = nil
		}
	}
	return all
}

// The bytes of a leaf never change: proofs that were given out hang on them.
func TestLeafIsFrozen(t *testing.T) {
	e := event(41)
	leaf := tree.LeafOf(&e)
	const want = "6c6f616e6c6564676572206576656e7420310a" + "0007" + "0000000000000029" + "00070102030485068708090a0b0c0d0e" + "00000003" +
		"00000009" + "746573742e646f6e65" + "0002" + "00064869731a2640" + "11111111222283338444555555555555" +
		"0102030000000000000000000000000000000000000000000000000000000000" + "0000000c" + "736572766963653a74657374" +
		"e5d5f7c1d225fd6b13623ebb1b5b9d075c705659f81868b1e37005a0923b0346" + "01" + "c9d0036bed6744bcdf692fc980d8717d7e5f5a4f4e8266b4a84982602fb1cd09"
	if got := hex.EncodeToString(leaf.Encode()); got != want {
		t.Errorf("the leaf is\n%s, not\n%s", got, want)
	}
	if got := leaf.Hash().String(); got != "Oy3mkFmwx2x1oM/nIZu9xegoBc0+S2gzim/v5N5GxEE=" {
		t.Errorf("its hash is %s", got)
	}
}

// Each field of an event changes its leaf.
func TestEveryFieldIsInTheLeaf(t *testing.T) {
	base := event(1)
	seen := map[tlog.Hash]string{tree.LeafOf(&base).Hash(): "nothing changed"}
	for name, change := range map[string]func(*eventstore.Event){
		"book":        func(e *eventstore.Event) { e.Book++ },
		"position":    func(e *eventstore.Event) { e.Position++ },
		"stream":      func(e *eventstore.Event) { e.Stream[15]++ },
		"version":     func(e *eventstore.Event) { e.Version++ },
		"type":        func(e *eventstore.Event) { e.Type += "x" },
		"schema":      func(e *eventstore.Event) { e.Schema++ },
		"recorded at": func(e *eventstore.Event) { e.RecordedAt = e.RecordedAt.Add(time.Microsecond) },
		"command":     func(e *eventstore.Event) { e.Command[0]++ },
		"digest":      func(e *eventstore.Event) { e.Digest[31]++ },
		"actor":       func(e *eventstore.Event) { e.Actor = "service:tesu" },
		"data":        func(e *eventstore.Event) { e.Data = []byte(`{"n": 2}`) },
		"personal":    func(e *eventstore.Event) { e.Personal = []byte("Sealed") },
		"no personal": func(e *eventstore.Event) { e.Personal = nil },
		"empty":       func(e *eventstore.Event) { e.Personal = []byte{} },
		"a border":    func(e *eventstore.Event) { e.Type, e.Actor = "test.don", "eservice:test" },
	} {
		e := event(1)
		change(&e)
		h := tree.LeafOf(&e).Hash()
		if other, taken := seen[h]; taken {
			t.Errorf("%s: the same leaf as %s", name, other)
		}
		seen[h] = name
	}
	fields := reflect.TypeFor[eventstore.Event]().NumField()
	if fields != 12 {
		t.Errorf("an event has %d fields: is the new one in the leaf?", fields)
	}
}

func TestHashesInRuns(t *testing.T) {
	all := events(50)
	hashes := tree.AppendHashes(nil, all)
	for i := range all {
		if hashes[i] != tree.LeafOf(&all[i]).Hash() {
			t.Fatalf("event %d has another hash in a run", i)
		}
	}
	into := make([]tlog.Hash, 0, len(all))
	if n := testing.AllocsPerRun(100, func() { tree.AppendHashes(into, all) }); n > 1 {
		t.Errorf("%v allocations for %d events", n, len(all))
	}
}

func FuzzParseLeaf(f *testing.F) {
	for _, e := range events(2) {
		f.Add(tree.LeafOf(&e).Encode())
	}
	f.Add([]byte("loanledger event 1\n"))
	f.Fuzz(func(t *testing.T, encoded []byte) {
		leaf, err := tree.ParseLeaf(encoded)
		if err != nil {
			if !errors.Is(err, tree.ErrLeaf) {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(leaf.Encode(), encoded) {
			t.Fatalf("%x is read as a leaf of other bytes", encoded)
		}
	})
}

func TestLeafIsReadAgain(t *testing.T) {
	for _, e := range events(4) {
		leaf := tree.LeafOf(&e)
		again, err := tree.ParseLeaf(leaf.Encode())
		if err != nil || !reflect.DeepEqual(again, leaf) {
			t.Errorf("%+v is not %+v: %v", again, leaf, err)
		}
		for cut := range leaf.Encode() {
			if _, err := tree.ParseLeaf(leaf.Encode()[:cut]); !errors.Is(err, tree.ErrLeaf) {
				t.Errorf("cut after %d bytes: %v", cut, err)
			}
		}
		if strings.Contains(string(leaf.Encode()), "sealed") || strings.Contains(string(leaf.Encode()), `"n"`) {
			t.Error("the leaf says what the event says")
		}
	}
}

// BenchmarkAppendHashes is the cost of the hashes of an event of a usual size, and of its part in the
// tree above.
func BenchmarkAppendHashes(b *testing.B) {
	all := events(4096)
	for i := range all {
		all[i].Data = bytes.Repeat([]byte("0123456789abcdef"), 25)
	}
	hashes := make([]tlog.Hash, 0, len(all))
	var edge tree.Edge
	b.ReportAllocs()
	b.ResetTimer()
	for n := b.N; n > 0; n -= len(all) {
		hashes = tree.AppendHashes(hashes[:0], all)
		edge.Append(hashes, func(tree.Tile) {})
	}
}
