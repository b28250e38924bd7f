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

// The depth that appends more is kept, and the other one is tried again now and then.
func TestPace(t *testing.T) {
	var p pace
	now := time.Unix(0, 0)
	took := map[int]time.Duration{1: time.Millisecond, 2: 2 * time.Millisecond} // a batch, by depth
	at := map[int]int{}
	land := func(batches int) {
		clear(at)
		for range batches {
			at[p.depth()]++
			now = now.Add(took[p.depth()])
			p.landed(64, now)
		}
	}
	land(4 * windowBatches)
	if p.depth() != 1 || p.linger(64) != 0 {
		t.Errorf("depth %d, where one flight appends twice as much", p.depth())
	}
	land(10 * tryOtherEvery * windowBatches)
	if at[2] == 0 || at[2] > at[1]/8 {
		t.Errorf("%d batches of the worse depth, %d of the better one", at[2], at[1])
	}
	took[1], took[2] = took[2], took[1]
	land(3 * tryOtherEvery * windowBatches)
	if p.depth() != 2 {
		t.Error("one flight, though two have become better")
	}
	for range 8 {
		p.flights++
		p.measured(50*time.Microsecond, 450*time.Microsecond)
	}
	if p.linger(64) != 0 {
		t.Error("waits for company while another flight is on its way")
	}
	p.single = true
	if p.linger(64) != 200*time.Microsecond || p.linger(1) != 0 {
		t.Errorf("waits %s and %s where a commit costs %s", p.linger(64), p.linger(1), p.commit)
	}
	p.measured(50*time.Microsecond, 30*time.Millisecond)
	if p.linger(64) != 200*time.Microsecond {
		t.Error("one slow commit is taken for a slow disk")
	}
}

func TestVersionsAreBounded(t *testing.T) {
	v := newVersions()
	hot := uuid.New()
	v.note(0, hot, 5)
	v.note(0, hot, 3)
	if version, ok := v.get(hot); version != 5 || !ok {
		t.Errorf("version %d", version)
	}
	for i := range 3 * versionsPerGeneration {
		var id uuid.UUID
		binary.BigEndian.PutUint64(id[:], uint64(i+1))
		v.note(0, id, 1)
		if len(v.young)+len(v.older) > 2*versionsPerGeneration {
			t.Fatalf("%d streams", len(v.young)+len(v.older))
		}
	}
	if _, ok := v.get(hot); ok {
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
