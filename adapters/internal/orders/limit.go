package orders

import (
	"context"
	"sync"
	"time"
)

// limit bounds the time of commands. Those that begin at about the same time have one context
// together: for a context of its own, a command among many would pay more than for its decision.
type limit struct {
	parent   context.Context
	patience time.Duration

	mu     sync.Mutex
	shared context.Context
	fresh  time.Time // until when the context is given to those who begin
	undo   []context.CancelFunc
}

// sharedPart is how much of the patience those may lie apart who have one context.
const sharedPart = 16

// context ends after the patience, and not much later.
func (l *limit) context() context.Context {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shared != nil && now.Before(l.fresh) {
		return l.shared
	}
	ctx, cancel := context.WithDeadline(l.parent, now.Add(l.patience+l.patience/sharedPart))
	if len(l.undo) > sharedPart+1 {
		l.undo[0]() // its time is over
		l.undo = l.undo[1:]
	}
	l.shared, l.fresh, l.undo = ctx, now.Add(l.patience/sharedPart), append(l.undo, cancel)
	return ctx
}

// end ends the contexts.
func (l *limit) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, cancel := range l.undo {
		cancel()
	}
}
