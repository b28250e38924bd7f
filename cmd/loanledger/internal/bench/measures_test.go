package bench

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"loanledger/eventstore"
)

// A percentile is that of the sorted durations by the nearest rank, but for a hundredth.
func TestPercentiles(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	for _, longest := range []int64{1, 60, 200, 10_000, 3_000_000, 20_000_000_000} {
		var h histogram
		var all []time.Duration
		for range 1 + random.IntN(5000) {
			d := time.Duration(random.Int64N(longest))
			h.add(d)
			all = append(all, d)
		}
		slices.Sort(all)
		for _, part := range []float64{0, 0.01, 0.5, 0.9, 0.99, 0.999, 1} {
			rank := 0
			for float64(rank+1) < part*float64(len(all)) {
				rank++
			}
			want, got := all[rank], h.percentile(part)
			if off := (got - want).Abs(); off > want/100 {
				t.Errorf("up to %d ns, part %v of %d: %v, not %v", longest, part, len(all), got, want)
			}
		}
	}
}

func TestPercentilesOfFew(t *testing.T) {
	var h histogram
	if got := h.percentile(0.99); got != 0 {
		t.Errorf("of none: %v", got)
	}
	for i := range 100 {
		h.add(time.Duration(i + 1))
	}
	for part, want := range map[float64]time.Duration{0: 1, 0.01: 1, 0.5: 50, 0.99: 99, 0.991: 100, 1: 100} {
		if got := h.percentile(part); got != want {
			t.Errorf("part %v of 1 to 100: %v, not %v", part, got, want)
		}
	}
	h.add(-time.Second) // clocks of two cores may differ
	h.add(1 << 62)      // longer than is told apart
	if low, high := h.percentile(0), h.percentile(1); low != 0 || high < 3*time.Hour {
		t.Errorf("the ends are %v and %v", low, high)
	}
}

// Bands follow each other without gaps, and each holds its own middle.
func TestBands(t *testing.T) {
	last := time.Duration(-1)
	for i := range bandCount {
		d := middle(i)
		if d <= last || band(d) != i {
			t.Fatalf("band %d has the middle %v, which is in band %d and follows %v", i, d, band(d), last)
		}
		last = d
	}
}

func TestMergedHistogramsCountAll(t *testing.T) {
	var all, a, b, none histogram
	for i := range 1000 {
		d := time.Duration(i*i) * time.Microsecond
		all.add(d)
		if i%3 == 0 {
			a.add(d)
		} else {
			b.add(d)
		}
	}
	var merged histogram
	for _, h := range []*histogram{&a, &b, &none} {
		merged.merge(h)
	}
	if merged.total != all.total || !slices.Equal(merged.bands, all.bands) {
		t.Error("merging is not counting together")
	}
}

func TestMedianAndDigits(t *testing.T) {
	for _, c := range []struct {
		of   []float64
		want float64
	}{{[]float64{3}, 3}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 2, 100}, 3}} {
		if got := median(c.of); got != c.want {
			t.Errorf("the median of %v is %v, not %v", c.of, got, c.want)
		}
	}
	for x, want := range map[float64]float64{0: 0, 0.0123456: 0.0123, 123456: 123000, 999.9: 1000, 1.005: 1} {
		if got := digits(x, 3); got != want {
			t.Errorf("%v to three digits is %v, not %v", x, got, want)
		}
	}
}

// What ends outside the time of measuring, and what began in it and fails, is not counted.
func TestTheMeterCountsItsTimeOnly(t *testing.T) {
	now := time.Now()
	early, late := meter{from: now.Add(time.Hour), until: now.Add(2 * time.Hour)}, meter{from: now.Add(-2 * time.Hour), until: now.Add(-time.Hour)}
	within := meter{from: now.Add(-time.Hour), until: now.Add(time.Hour)}
	for _, m := range []*meter{&early, &late, &within} {
		m.done(now)
	}
	if early.count != 0 || late.count != 0 || within.count != 1 || within.latencies.total != 1 {
		t.Errorf("%d before, %d after, %d within", early.count, late.count, within.count)
	}
}

// An operation that fails ends the loop with its error.
func TestAFailingOperationEndsTheLoop(t *testing.T) {
	broken := errors.New("broken")
	began := time.Now()
	s, err := closedLoop(t.Context(), 4, time.Minute, func(worker int) operation {
		n := 0
		return func(_ context.Context, m *meter) error {
			if n++; worker == 3 && n == 100 {
				return broken
			}
			m.done(time.Now())
			return nil
		}
	})
	if !errors.Is(err, broken) || s.count != 0 || time.Since(began) > 30*time.Second {
		t.Errorf("after %v: %v, %d counted", time.Since(began), err, s.count)
	}
}

// Operations that are longer than the window get a longer one, in which they go on.
func TestASlowLoopGoesOn(t *testing.T) {
	calls := 0
	s, err := closedLoop(t.Context(), 1, 5*time.Millisecond, func(int) operation {
		return func(_ context.Context, m *meter) error {
			began := time.Now()
			calls++
			time.Sleep(30 * time.Millisecond)
			m.done(began)
			return nil
		}
	})
	if err != nil || s.count == 0 || s.count >= int64(calls) || s.latencies.percentile(0) < 29*time.Millisecond {
		t.Errorf("%d of %d counted, %v at least: %v", s.count, calls, s.latencies.percentile(0), err)
	}
}

func someSample() sample {
	return sample{eventstore.NewEvent{Type: "loan.repaid", Schema: 1, Data: []byte(`{"amount":"1.00"}`)}}
}

// A COPY is made of whole rows, the same ones that writers append, whatever the size of the reads.
func TestCopiedRows(t *testing.T) {
	s := someSample()
	whole, err := io.ReadAll(&copyStream{sample: s, next: manyStreams - 500, end: manyStreams + 500})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(whole, copyHeader) || !bytes.HasSuffix(whole, copyTrailer) {
		t.Fatal("the header or the trailer is missing")
	}
	rest := whole[len(copyHeader):]
	for i := uint64(manyStreams - 500); i < manyStreams+500; i++ {
		fields := parameters(rest)
		rest = rest[2:]
		for _, f := range fields {
			rest = rest[4+len(f):]
		}
		w := rowAt(0, i)
		digest := w.digest()
		for at, want := range map[int][]byte{
			0: binary.BigEndian.AppendUint64(nil, i+1), 2: w.stream[:], 3: w.command[:],
			5: binary.BigEndian.AppendUint32(nil, uint32(w.version)), 7: digest[:], 8: []byte("loan.repaid"), 10: s.event.Data, 11: nil,
		} {
			if !bytes.Equal(fields[at], want) {
				t.Fatalf("row %d, column %d is %x, not %x", i, at, fields[at], want)
			}
		}
	}
	if !bytes.Equal(rest, copyTrailer) {
		t.Errorf("%d bytes are left", len(rest))
	}
}

// Rows never share a command, and a stream goes on where it was when its turn comes again.
func TestRows(t *testing.T) {
	seen := map[[16]byte]bool{}
	streams := map[[16]byte]eventstore.Version{}
	for i := range uint64(3 * manyStreams) {
		w := rowAt(7, i)
		if seen[w.command] || seen[w.stream] && streams[w.stream] == 0 {
			t.Fatalf("row %d has an identifier that was there before", i)
		}
		if streams[w.stream]++; streams[w.stream] != w.version {
			t.Fatalf("row %d has version %d of its stream, not %d", i, w.version, streams[w.stream])
		}
		seen[w.command] = true
		if err := w.append(someSample()).Validate(); err != nil {
			t.Fatal(err)
		}
	}
	if len(streams) != manyStreams {
		t.Errorf("there are %d streams", len(streams))
	}
}

// Whoever comes second, the acknowledgement or the follower, finds the first.
func TestSightings(t *testing.T) {
	s := &sightings{newSlots()}
	if s.acknowledged(5, 100) {
		t.Error("seen before anybody looked")
	}
	if moment, there := s.seen(5); !there || moment != 100 {
		t.Errorf("seen: %d %v", moment, there)
	}
	if _, there := s.seen(6); there {
		t.Error("acknowledged before it was")
	}
	if !s.acknowledged(6, 200) {
		t.Error("it was seen")
	}
	if s.acknowledged(6+sightingRoom, 300) {
		t.Error("the room is not free again")
	}
}
