package pgstore

import (
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"
)

func randomStreams(random *rand.Rand, n int) []uuid.UUID {
	streams := make([]uuid.UUID, n)
	for i := range streams {
		for j := range streams[i] {
			streams[i][j] = byte(random.Uint32())
		}
	}
	return streams
}

func TestStreamSet(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for _, n := range []int{0, 1, 2, 3, 100, 50_000} {
		streams := randomStreams(random, n)
		hashes := make([]uint64, 0, 2*n)
		for _, s := range append(streams, streams...) {
			hashes = append(hashes, streamHash(s))
		}
		made := newStreamSet(hashes)
		set, err := decodeStreamSet(made.encoded())
		if err != nil {
			t.Fatal(err)
		}
		if size := len(made.encoded()); size > 3*n+3 {
			t.Errorf("%d streams take %d bytes", n, size)
		}
		for _, s := range streams {
			if !set.mayHold(streamHash(s)) {
				t.Fatalf("of %d streams, %s is missing", n, s)
			}
		}
		wrong := 0
		for _, s := range randomStreams(random, 100_000) {
			if set.mayHold(streamHash(s)) {
				wrong++
			}
		}
		if wrong > 40 { // about seven are to be expected of a large set
			t.Errorf("of 100000 others, %d seem to be among %d", wrong, n)
		}
	}
	for _, bad := range [][]byte{nil, {streamSetForm}, {2, 0, 0}, {streamSetForm, 0}, {streamSetForm, 0, 1}, {streamSetForm, 0, 0, 0}} {
		if _, err := decodeStreamSet(bad); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}

// Stored sets are for ever: these bytes may not change.
func TestStreamSetIsFrozen(t *testing.T) {
	stream := uuid.MustParse("00017502-17aa-8981-8c83-36e4c5ecc018")
	if h := streamHash(stream); h != frozenHash {
		t.Errorf("the hash is now %#x", h)
	}
}

const frozenHash = 0x9c31a7c64b5703

func BenchmarkStreamSet(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	hashes := make([]uint64, 1<<20)
	for i := range hashes {
		hashes[i] = random.Uint64()
	}
	set, found := newStreamSet(hashes), 0
	for b.Loop() {
		if set.mayHold(random.Uint64()) {
			found++
		}
	}
	b.ReportMetric(float64(found)/float64(b.N)*1e6, "wrong-ppm")
}
