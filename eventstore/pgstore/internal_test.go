package pgstore

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"testing"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

func TestPace(t *testing.T) {
	var p pace
	measure := func(times int, roundTrip, commit time.Duration) {
		for range times {
			p.flights++
			p.measured(roundTrip, commit)
		}
	}
	for range 200 {
		p.turned(150 * time.Microsecond)
	}
	if p.depth() != 2 || p.linger(64) != 0 {
		t.Error("before anything is measured, commits count as free")
	}
	measure(8, 50*time.Microsecond, 80*time.Microsecond)
	if p.depth() != 2 {
		t.Error("a second flight would hide more than a commit costs")
	}
	measure(3, 900*time.Microsecond, 2*time.Millisecond)
	if p.depth() != 2 {
		t.Error("a few slow commits are not a slow disk")
	}
	measure(8, 50*time.Microsecond, 450*time.Microsecond)
	if p.depth() != 1 || p.linger(64) != 200*time.Microsecond {
		t.Errorf("depth %d, linger %s where a commit costs %s", p.depth(), p.linger(64), p.commit)
	}
	if p.linger(1) != 0 {
		t.Error("waits for company that it never had")
	}
	for range 200 {
		p.turned(time.Millisecond) // large batches: much to hide
	}
	if p.depth() != 2 {
		t.Error("one flight, though two would hide what they cost")
	}
}

func TestVersionsAreBounded(t *testing.T) {
	v := newVersions()
	hot := uuid.New()
	v.note(0, hot, 5)
	v.note(0, hot, 3)
	if v.of(hot) != 5 {
		t.Errorf("version %d", v.of(hot))
	}
	for i := range 3 * versionsPerGeneration {
		var id uuid.UUID
		binary.BigEndian.PutUint64(id[:], uint64(i+1))
		v.note(0, id, 1)
		if len(v.young)+len(v.older) > 2*versionsPerGeneration {
			t.Fatalf("%d streams", len(v.young)+len(v.older))
		}
	}
	if v.of(hot) != 0 {
		t.Error("a stream of long ago is still there")
	}
}

// FuzzDecodeEvent gives the decoder of rows arbitrary columns: it answers an event or an error.
func FuzzDecodeEvent(f *testing.F) {
	f.Add(bytes.Repeat([]byte{1}, 140), []byte("loan.repaid"), []byte("{}"), []byte(nil))
	f.Add([]byte{}, []byte{}, []byte{}, []byte{0})
	f.Fuzz(func(t *testing.T, fixed, text, data, personal []byte) {
		row := [][]byte{nil, nil, nil, text, nil, nil, data, nil, nil, text, personal}
		for column, width := range map[int]int{0: 8, 1: 16, 2: 4, 4: 2, 5: 8, 7: 16, 8: 32} {
			row[column] = fixed[:min(width, len(fixed))]
		}
		read := eventRows{book: 1, texts: texts{}}
		if err := read.add(row); err != nil {
			return
		}
		e := read.events[0]
		if !bytes.Equal(e.Data, data) || e.Data == nil || e.Type != string(text) || (e.Personal == nil) != (personal == nil) || !bytes.Equal(e.Personal, personal) {
			t.Fatalf("%+v", e)
		}
		if err := read.add(row[:10]); err == nil {
			t.Fatalf("a short row became %+v", read.events[1])
		}
		if err := read.add(row[:7]); err != nil || read.events[1].Position != e.Position || read.events[1].Actor != "" {
			t.Fatalf("%v: %+v", err, read.events)
		}
	})
}

// The chain's format is for ever: these bytes may not change.
func TestChainIsFrozen(t *testing.T) {
	genesis := genesisChain(7)
	var d batchDigest
	d.reset()
	d.add(&eventstore.Event{
		Stream: uuid.UUID{1}, Version: 2, Type: "loan.repaid", Schema: 3, Command: uuid.UUID{4}, Digest: eventstore.Digest{5},
		Actor: "operator:ana", Data: []byte(`{}`), Personal: []byte{},
	})
	d.add(&eventstore.Event{Stream: uuid.UUID{6}, Version: 1, Type: "loan.closed", Schema: 1, Data: []byte{}})
	chain := chainAfter(genesis[:], 10, 11, 20260314, 123456789, d.sum())
	const want = "c6c25a5fd532f8a76adb11f0c768a7af823b81529e39f0172ec54a1cfbf830a4"
	if got := hex.EncodeToString(chain[:]); got != want {
		t.Errorf("the chain is now %s", got)
	}
}
