package eventstore

import (
	"bytes"
	"context"
	"slices"
	"sync"
)

// gates let the commands of this process that lost a race for a stream queue for it, first come,
// first served, where they would otherwise race again and again.
type gates struct {
	mu   sync.Mutex
	open map[streamKey]*gate
}

type gate struct {
	users int
	token chan struct{}
}

func newGates() *gates { return &gates{open: map[streamKey]*gate{}} }

// enter takes the gates of all keys, in one order for everyone, so that nobody waits in a circle.
// The answer lets go of them.
func (g *gates) enter(ctx context.Context, keys []streamKey) (leave func(), err error) {
	slices.SortFunc(keys, func(a, b streamKey) int { return bytes.Compare(a.stream[:], b.stream[:]) })
	taken := 0
	leave = func() {
		for _, key := range keys[:taken] {
			g.leave(key, true)
		}
	}
	for _, key := range keys {
		select {
		case g.join(key).token <- struct{}{}:
			taken++
		case <-ctx.Done():
			g.leave(key, false)
			leave()
			return nil, ctx.Err()
		}
	}
	return leave, nil
}

func (g *gates) join(key streamKey) *gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	at, ok := g.open[key]
	if !ok {
		at = &gate{token: make(chan struct{}, 1)}
		g.open[key] = at
	}
	at.users++
	return at
}

func (g *gates) leave(key streamKey, holds bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := g.open[key]
	if holds {
		<-at.token
	}
	if at.users--; at.users == 0 {
		delete(g.open, key)
	}
}
