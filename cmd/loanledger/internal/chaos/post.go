package chaos

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"time"

	"loanledger/eventstore"
)

// post is a place in the crew that is filled by one process after the other.
type post struct {
	name     string
	role     string
	program  []string
	briefing func() (briefing, error) // for the next life
	database *proxy                   // between it and Postgres; nil for the broker

	mu      sync.Mutex
	filled  chan struct{} // closed while a process is there
	current *process
	life    int
	stopped sync.Mutex // held while the process is stopped, or being replaced
	seen    [][]sight  // by life
	strange []string   // ends that nobody caused
}

// fill starts the next life.
func (p *post) fill(ctx context.Context) error {
	b, err := p.briefing()
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.life++
	life := p.life
	p.seen = append(p.seen, nil)
	p.mu.Unlock()
	next, err := start(p.program, b, func(s sight) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.seen[life-1] = append(p.seen[life-1], s)
	})
	if err != nil {
		return err
	}
	starting, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	if err := next.awaitReady(starting); err != nil {
		next.kill()
		return fmt.Errorf("%s: %w", p.name, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current = next
	close(p.filled)
	go p.watch(ctx, next)
	return nil
}

// watch fills the post again when its process ends by itself, which it must never do.
func (p *post) watch(ctx context.Context, present *process) {
	<-present.exited
	p.stopped.Lock()
	defer p.stopped.Unlock()
	p.mu.Lock()
	gone := p.current != present
	p.mu.Unlock()
	if gone || ctx.Err() != nil {
		return
	}
	p.vacate()
	if err := p.fill(ctx); err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.strange = append(p.strange, err.Error())
	}
}

// process is the present process; the caller waits while there is none.
func (p *post) process(ctx context.Context) (*process, error) {
	for {
		p.mu.Lock()
		current, filled := p.current, p.filled
		p.mu.Unlock()
		if current != nil {
			return current, nil
		}
		select {
		case <-filled:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// vacate takes the present process away, and answers it.
func (p *post) vacate() *process {
	p.mu.Lock()
	defer p.mu.Unlock()
	gone := p.current
	if gone != nil {
		p.current, p.filled = nil, make(chan struct{})
		if why, strange := gone.surprise(); strange {
			p.strange = append(p.strange, why)
		}
	}
	return gone
}

// kill ends the process in the middle of whatever it does, and starts another one after a while.
func (p *post) kill(ctx context.Context, away time.Duration) error {
	p.stopped.Lock()
	defer p.stopped.Unlock()
	if gone := p.vacate(); gone != nil {
		gone.kill()
	}
	pause(ctx, away)
	return p.fill(ctx)
}

// halt stops the process for a while, with everything that it holds.
func (p *post) halt(ctx context.Context, while time.Duration) error {
	p.stopped.Lock()
	defer p.stopped.Unlock()
	current, err := p.process(ctx)
	if err != nil {
		return err
	}
	current.signal(syscall.SIGSTOP)
	pause(ctx, while)
	current.signal(syscall.SIGCONT)
	return nil
}

// replace ends the process as an operator does, and starts another one after a while.
func (p *post) replace(ctx context.Context, away time.Duration) error {
	p.stopped.Lock()
	defer p.stopped.Unlock()
	if gone := p.vacate(); gone != nil {
		if err := gone.end(endWithin); err != nil {
			return fmt.Errorf("%s was told to end: %w", p.name, err)
		}
	}
	pause(ctx, away)
	return p.fill(ctx)
}

// endWithin is how long a process may take to end when it is told to: an append under way may have to
// find out what became of it first.
const endWithin = 60 * time.Second

// dismiss ends the process for good, and whatever is left of it. It answers an end that went wrong.
func (p *post) dismiss() error {
	p.stopped.Lock()
	defer p.stopped.Unlock()
	gone := p.vacate()
	if gone == nil {
		return nil
	}
	if err := gone.end(endWithin); err != nil {
		return fmt.Errorf("%s was told to end: %w", p.name, err)
	}
	return nil
}

// sightings is what the post's processes saw of a book, by life.
func (p *post) sightings(b eventstore.Book) [][]sight {
	p.mu.Lock()
	defer p.mu.Unlock()
	lives := make([][]sight, len(p.seen))
	for i, life := range p.seen {
		for _, s := range life {
			if s.Book == b {
				lives[i] = append(lives[i], s)
			}
		}
	}
	return lives
}

// abandon kills the process, and leaves the post empty.
func (p *post) abandon() {
	p.stopped.Lock()
	defer p.stopped.Unlock()
	if gone := p.vacate(); gone != nil {
		gone.kill()
	}
}
