package pgstore

import (
	"slices"
	"time"
)

// pace decides how many flights there are and how long they wait for company.
//
// Batches commit one after the other, and two flights share what one could take alone. A second one pays
// where it hides more than it costs: the commit of the other batch, and the time from an answer to the
// next batch, against one more commit and two more exchanges. That depends on the disk, the callers and
// how many processors there are. So both are tried, now and then, and what appended more is kept.
type pace struct {
	roundTrips, commits [8]time.Duration // the last measured: a bare round trip, and one with a commit
	commit              time.Duration    // what a commit costs, without the round trip
	flights             int

	single   bool       // one flight rather than two
	rates    [3]float64 // events a second when last counted, by depth
	window   window
	windows  int  // since the other depth was tried
	trying   bool // the other depth
	settling int  // batches that are counted for neither
}

// window is a while in which batches were counted.
type window struct {
	began           time.Time
	batches, events int
}

const (
	// measureEvery is how many flights pass between two measurements. Measuring splits the exchange in
	// three, so it is not free.
	measureEvery = 128
	// longestLinger bounds the wait for company.
	longestLinger = 2 * time.Millisecond
	// windowBatches is how many batches are counted before what was tried is judged.
	windowBatches = 32
	// settleBatches are not counted after a change.
	settleBatches = 4
	// tryOtherEvery is how many windows pass before the other depth is tried again.
	tryOtherEvery = 16
	// betterBy is what the other depth has to be better by.
	betterBy = 1.03
)

// measures says whether the next flight is to be measured: the first ones, and some later.
func (p *pace) measures() bool {
	p.flights++
	return p.flights <= len(p.commits) || p.flights%measureEvery == 0
}

// measured takes the time of a round trip without and of one with a commit. A busy machine delays
// some of either, a slow disk all of the commits: the middle one of those counts, and the least of
// the round trips.
func (p *pace) measured(roundTrip, commit time.Duration) {
	copy(p.roundTrips[1:], p.roundTrips[:])
	copy(p.commits[1:], p.commits[:])
	p.roundTrips[0], p.commits[0] = roundTrip, commit
	known := min(p.flights, len(p.commits))
	sorted := slices.Clone(p.commits[:known])
	slices.Sort(sorted)
	p.commit = max(0, sorted[known/2]-slices.Min(p.roundTrips[:known]))
}

// landed counts a batch of so many events, and judges what is tried.
func (p *pace) landed(events int, now time.Time) {
	if p.settling > 0 {
		p.settling--
		p.window = window{began: now}
		return
	}
	p.window.batches++
	p.window.events += events
	if p.window.batches < windowBatches {
		return
	}
	p.rates[p.depth()] = float64(p.window.events) / max(now.Sub(p.window.began), 1).Seconds()
	p.window = window{began: now}
	other := p.rates[3-p.depth()]
	switch {
	case p.trying:
		p.trying = false
		if p.rates[p.depth()] < other*betterBy {
			p.change()
		}
	case p.windows >= tryOtherEvery || other == 0:
		p.windows, p.trying = 0, true
		p.change()
	default:
		p.windows++
	}
}

func (p *pace) change() { p.single, p.settling = !p.single, settleBatches }

// depth is how many flights there may be at once.
func (p *pace) depth() int {
	if p.single {
		return 1
	}
	return 2
}

// linger is how long at most to wait for company after a batch of last appends: until as many are
// there as were answered or waited then. Half of a commit is well spent on sharing the next one.
func (p *pace) linger(last int) time.Duration {
	if !p.single || last < 2 {
		return 0
	}
	return min(p.commit/2, longestLinger)
}
