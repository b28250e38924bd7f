package pgstore

import (
	"slices"
	"time"
)

// pace decides how many flights there are and how long they wait for company, from what a commit
// costs. Where it is nearly free, a second flight uses the time of the first. Where it is slow, a
// second one would only make both batches smaller, and a short wait makes them larger.
type pace struct {
	recent  [4]time.Duration // the last measured commits, without the round trip
	commit  time.Duration    // the least of them: a busy machine delays some, a slow disk all
	flights int
}

const (
	// measureEvery is how many flights pass between two measurements. Measuring splits the exchange in
	// three, so it is not free.
	measureEvery = 64
	// slowCommit is the cost from which a disk is slow.
	slowCommit = 400 * time.Microsecond
	// lingerShare of the commit's cost is waited for company.
	lingerShare = 16
)

// measures says whether the next flight is to be measured: the first ones, and some later.
func (p *pace) measures() bool {
	p.flights++
	return p.flights <= len(p.recent) || p.flights%measureEvery == 0
}

// measured takes the time of a round trip without and of one with a commit.
func (p *pace) measured(roundTrip, commit time.Duration) {
	copy(p.recent[1:], p.recent[:])
	p.recent[0] = max(0, commit-roundTrip)
	p.commit = slices.Min(p.recent[:])
}

func (p *pace) slow() bool { return p.commit >= slowCommit }

// depth is how many flights there may be at once.
func (p *pace) depth() int {
	if p.slow() {
		return 1
	}
	return 2
}

// linger is how long to wait before the next batch is taken, after one of last appends and with
// waiting ones in the queue: those that were just answered are likely to be back soon.
func (p *pace) linger(last, waiting int) time.Duration {
	if !p.slow() || last < 2 || waiting >= last {
		return 0
	}
	return p.commit / lingerShare
}
