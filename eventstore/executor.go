package eventstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Sealer encrypts personal data. Label is the event's type; subject is whose key is used.
type Sealer interface {
	Seal(ctx context.Context, book Book, subject uuid.UUID, label string, plain []byte) ([]byte, error)
}

// Executor runs decisions against a log: it loads the streams that a decision asks for, appends what
// it emits, decides again when another command came first, and answers a repeated command with its
// first result. It is safe for concurrent use; a process wants one for each log.
type Executor struct {
	log      Log
	sealer   Sealer
	clock    Clock
	decoder  func(Event) (any, error)
	attempts int
	cache    *cache
	gates    *gates

	mu     sync.Mutex
	epochs map[Book]int64 // as last seen; the log has the last word
}

// Defaults of an executor.
const (
	defaultCacheBytes = 256 << 20
	defaultAttempts   = 32
)

// Option changes an executor.
type Option func(*Executor)

// WithClock sets the clock that Unit.Now reads; the system's by default.
func WithClock(clock Clock) Option { return func(x *Executor) { x.clock = clock } }

// WithCacheBytes bounds the memory of cached states; 256 MiB by default, 0 for no cache.
func WithCacheBytes(n int) Option { return func(x *Executor) { x.cache = newCache(n) } }

// WithAttempts bounds how often a decision is made before its conflict is returned; 32 by default.
func WithAttempts(n int) Option { return func(x *Executor) { x.attempts = max(1, n) } }

// WithDecoder tells how to decode the events of streams that a repeated command wrote to but that
// its decision had not loaded yet when the repetition was found.
func WithDecoder(decode func(Event) (any, error)) Option {
	return func(x *Executor) { x.decoder = decode }
}

// NewExecutor is an executor on a log. A nil sealer refuses personal data with ErrNoSealer.
func NewExecutor(log Log, sealer Sealer, options ...Option) *Executor {
	x := &Executor{
		log: log, sealer: sealer, clock: time.Now, attempts: defaultAttempts,
		cache: newCache(defaultCacheBytes), gates: newGates(), epochs: map[Book]int64{},
	}
	for _, option := range options {
		option(x)
	}
	return x
}

// Log is the log that the executor works on.
func (x *Executor) Log() Log { return x.log }

// Do runs a decision. The decision loads streams and emits facts through the unit; it may run more
// than once, each time on a new unit, and so must do nothing else. It loads the streams that it
// writes to before it refuses anything, because that is how a repeated command finds itself.
//
// All that was emitted is appended at once, on the condition that every loaded stream, written to or
// not, still has the version that it was loaded at. If that fails, the decision is made again on
// what is there now. An error of the decision is returned only if it was made on the latest state.
//
// A result may come with an error: see Refusal. Other errors are those of the decision and of the
// log, ErrKeyReused, ErrVersionMismatch and ErrNoSealer. What went wrong after a try whose outcome is
// not known is ErrOutcomeUnknown too, unless it says that the command is not in the log.
func (x *Executor) Do(ctx context.Context, r Request, decide func(*Unit) error) (Result, error) {
	if r.Command == uuid.Nil {
		return Result{}, fmt.Errorf("%w: no command id", ErrInvalidAppend)
	}
	leave := func() {}
	defer func() { leave() }()
	fresh, lost, unknown := false, 0, false
	doubted := func(err error) error {
		if unknown && err != nil && !errors.Is(err, ErrOutcomeUnknown) {
			return errors.Join(err, ErrOutcomeUnknown)
		}
		return err
	}
	for {
		u := &Unit{ctx: ctx, executor: x, request: r, now: x.now(), fresh: fresh}
		err := u.verdict(decide(u))
		switch {
		case u.firstSeen != nil:
			// After an unknown outcome, what is found is this very call's work.
			result, err := x.firstResult(u, !unknown)
			if result.First == 0 {
				err = doubted(err)
			}
			return result, err
		case u.broken == nil && !fresh && u.unproven && (err != nil || r.Preview || len(u.written) == 0):
			fresh = true // decided on a remembered state: only the latest one may refuse
			continue
		case u.broken != nil && !errors.Is(err, ErrKeyReused):
			return Result{}, doubted(err) // nobody looked whether the command is there
		case err != nil:
			return Result{}, err
		case r.Preview || len(u.written) == 0:
			result := u.result(Appended{})
			return result, result.refusal()
		}
		result, err := x.commit(u)
		if !errors.Is(err, ErrConflict) && !errors.Is(err, ErrOutcomeUnknown) {
			if result.First == 0 {
				err = doubted(err)
			}
			return result, err
		}
		// Deciding again is safe after an unknown outcome too: if that append happened after all, it
		// holds the versions that the next one expects, and the command will find itself.
		unknown = unknown || errors.Is(err, ErrOutcomeUnknown)
		if lost++; lost >= x.attempts {
			return Result{}, doubted(err)
		}
		leave()
		leave = func() {}
		free, waitErr := x.gates.enter(ctx, u.writtenKeys())
		if waitErr != nil {
			return Result{}, doubted(errors.Join(waitErr, err))
		}
		leave, fresh = free, true
		if waitErr := pause(ctx, lost); waitErr != nil {
			return Result{}, doubted(errors.Join(waitErr, err))
		}
	}
}

// pause waits a little, and longer after many lost attempts: other processes have no gate in common.
func pause(ctx context.Context, lost int) error {
	if lost < 3 {
		return ctx.Err()
	}
	longest := min(time.Millisecond<<min(lost-3, 6), 50*time.Millisecond)
	timer := time.NewTimer(rand.N(longest))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (x *Executor) now() time.Time { return x.clock().UTC().Truncate(time.Microsecond) }

// epoch is the era of a book: the remembered one, or the log's. The second answer says whether it
// was asked of the log.
func (x *Executor) epoch(ctx context.Context, book Book, fresh bool) (int64, bool, error) {
	if !fresh {
		x.mu.Lock()
		epoch, ok := x.epochs[book]
		x.mu.Unlock()
		if ok {
			return epoch, false, nil
		}
	}
	head, err := x.log.Head(ctx, book)
	if err != nil {
		return 0, true, err
	}
	x.rememberEpoch(book, head.Epoch)
	return head.Epoch, true, nil
}

func (x *Executor) rememberEpoch(book Book, epoch int64) {
	x.mu.Lock()
	x.epochs[book] = epoch
	x.mu.Unlock()
}
