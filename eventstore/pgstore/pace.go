package pgstore

import (
	"slices"
	"time"
)

// pace decides how many flights there are and how long they wait for company, from what a commit
// costs. The book's lock is held to the end of the commit, so flights commit one after the other, and
// two of them share what one could take alone. A second one pays where the commit is cheaper than
// what it hides: the time from one answer to the next batch. Where the commit is dearer, one flight
// that waits for those whom it has just answered makes the largest batches.
type pace struct {
	roundTrips, commits [8]time.Duration // the last measured: a bare round trip, and one with a commit
	commit              time.Duration    // what a commit costs, without the round trip
	turnaround          time.Duration    // from an answer to the next batch of the same flight, on average
	flights             int
}

const (
	// measureEvery is how many flights pass between two measurements. Measuring splits the exchange in
	// three, so it is not free.
	measureEvery = 128
	// longestLinger bounds the wait for company.
	longestLinger = 2 * time.Millisecond
	// turnaroundShare is the weight of a new turnaround in the average.
	turnaroundShare = 16
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

// turned takes the time from an answer to the next batch.
func (p *pace) turned(took time.Duration) {
	p.turnaround += (took - p.turnaround) / turnaroundShare
}

// slow says that a commit costs more than a second flight would hide.
func (p *pace) slow() bool { return p.commit > p.turnaround }

// depth is how many flights there may be at once.
func (p *pace) depth() int {
	if p.slow() {
		return 1
	}
	return 2
}

// linger is how long at most to wait for company after a batch of last appends: until as many are
// there as were answered or waited then. Half of a commit is well spent on sharing the next one.
func (p *pace) linger(last int) time.Duration {
	if !p.slow() || last < 2 {
		return 0
	}
	return min(p.commit/2, longestLinger)
}
