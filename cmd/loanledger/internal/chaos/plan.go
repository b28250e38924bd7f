package chaos

import (
	"math/rand/v2"
	"slices"
	"time"
)

// fault is something that is to go wrong.
type fault struct {
	kind  *kind
	at    time.Duration // since the round began
	while time.Duration
	nr    int    // which of several, modulo their number
	seed  uint64 // of what else is drawn
}

// kind is a way for things to go wrong.
type kind struct {
	name string
	// From least to most is how long it lasts.
	least, most time.Duration
	// do lets it happen, and returns when it is over. Errors: a mishap where it could not happen.
	do func(*round, fault) error
}

// kinds is every way, in no order. Those that come more often are named more than once.
var kinds = []*kind{
	killWriter, killWriter, killDesk, killFollower, killKeeper, loseMachine, stopProcess, stopProcess, stopLong, endProcess,
	killPostgres, crashPostgres, killSession, endSessions, endSessions, cancelStatements, killBroker, stopBroker,
	cutConnections, cutConnections, loseAnswers, loseAnswers, tearConnection, tearConnection, slowConnection, freezeConnection,
	freezeConnection, freezeLong, cutBroker, slowCommits, longSnapshot, holdBook, archiveLeaf, archiveLeaf, rebuildTables, rotateKey, lookAfterTables,
}

// betweenFaults is the mean time from one fault to the next; some overlap. Crashes of Postgres are
// further apart, or there would be nothing to crash.
const (
	betweenFaults  = 250 * time.Millisecond
	betweenCrashes = 4 * time.Second
)

// crashes says whether a kind ends all sessions of Postgres.
func (k *kind) crashes() bool { return k == killPostgres || k == crashPostgres || k == killSession }

// planOf is the faults of a round: every kind as often as it is named before any comes again.
func planOf(seed uint64, round int, work time.Duration) []fault {
	r := chance(seed, "faults", round)
	var plan []fault
	var deck []*kind
	crash := betweenCrashes / 3 // the next one may be from here on
	for at := gap(r); at < work; at += gap(r) {
		if len(deck) == 0 {
			deck = append(deck, kinds...)
			r.Shuffle(len(deck), func(i, j int) { deck[i], deck[j] = deck[j], deck[i] })
		}
		next := max(0, slices.IndexFunc(deck, func(k *kind) bool {
			return at+k.least < work+time.Second && (at >= crash || !k.crashes())
		}))
		k := deck[next]
		deck = slices.Delete(deck, next, next+1)
		if k.crashes() {
			crash = at + betweenCrashes
		}
		while := k.least
		if k.most > k.least {
			while += time.Duration(r.Int64N(int64(k.most - k.least)))
		}
		plan = append(plan, fault{kind: k, at: at, while: while, nr: r.IntN(1 << 20), seed: r.Uint64()})
	}
	return plan
}

func gap(r *rand.Rand) time.Duration {
	return min(time.Duration(r.ExpFloat64()*float64(betweenFaults)), 4*betweenFaults) + time.Millisecond
}
