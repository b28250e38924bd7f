package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
)

// crew is everybody who takes part.
type crew struct {
	posts  []*post
	broker *post
	toNATS *proxy
}

// with is the posts of a role.
func (c *crew) with(role string) []*post {
	var list []*post
	for _, p := range c.posts {
		if p.role == role {
			list = append(list, p)
		}
	}
	return list
}

// How many processes have each role.
var crewSize = []struct {
	role  string
	count int
}{{writerRole, 2}, {deskRole, 2}, {followerRole, 2}, {keeperRole, 2}}

// muster starts everybody. The briefing lacks what differs between the posts.
func muster(ctx context.Context, program []string, d *database, brokerDir string, common briefing, random *rand.Rand) (*crew, error) {
	c := &crew{}
	c.broker = &post{name: brokerRole, role: brokerRole, program: program, filled: make(chan struct{})}
	c.broker.briefing = func() (briefing, error) {
		return briefing{Role: brokerRole, Name: brokerRole, Dir: brokerDir}, nil
	}
	if err := c.broker.fill(ctx); err != nil {
		return c, err
	}
	brokerURL := c.broker.current.url
	var err error
	// The broker keeps its port from life to life.
	if c.toNATS, err = listen(func() string { return hostOf(brokerURL) }, rand.New(rand.NewPCG(random.Uint64(), 1))); err != nil {
		return c, err
	}
	if common.Broker, err = through(brokerURL, c.toNATS.address()); err != nil {
		return c, err
	}
	for _, size := range crewSize {
		for nr := range size.count {
			p := &post{name: fmt.Sprintf("%s-%d", size.role, nr+1), role: size.role, program: program, filled: make(chan struct{})}
			own := common
			own.Role, own.Name, own.Cache = p.role, p.name, nr<<20 // the first remembers no state
			own.Skew = random.IntN(4000) - 2000
			if p.database, err = listen(d.address, rand.New(rand.NewPCG(random.Uint64(), 1))); err != nil {
				return c, err
			}
			p.briefing = func() (briefing, error) {
				b := own
				var err error
				b.Database, err = through(d.url(), p.database.address())
				return b, err
			}
			c.posts = append(c.posts, p)
		}
	}
	for _, p := range c.posts {
		if err := p.fill(ctx); err != nil {
			return c, err
		}
	}
	return c, nil
}

// calm ends bad weather everywhere.
func (c *crew) calm() {
	for _, p := range c.posts {
		p.database.set(weather{})
	}
	c.toNATS.set(weather{})
}

// dismiss ends everybody but the broker. It answers those ends that went wrong.
func (c *crew) dismiss() []error {
	var mu sync.Mutex
	var errs []error
	var all sync.WaitGroup
	for _, p := range c.posts {
		all.Go(func() {
			if err := p.dismiss(); err != nil {
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	all.Wait()
	return errs
}

// abandon ends everybody who is left, whatever they do.
func (c *crew) abandon() error {
	for _, p := range c.posts {
		p.abandon()
		p.database.close()
	}
	if c.toNATS != nil {
		c.toNATS.close()
	}
	if err := c.broker.dismiss(); err != nil {
		return fmt.Errorf("the broker: %w", err)
	}
	return nil
}

// surprises is the ends of processes that nobody caused.
func (c *crew) surprises() []string {
	var list []string
	for _, p := range append([]*post{c.broker}, c.posts...) {
		p.mu.Lock()
		for _, why := range p.strange {
			list = append(list, p.name+" ended by itself: "+why)
		}
		p.mu.Unlock()
	}
	return list
}
