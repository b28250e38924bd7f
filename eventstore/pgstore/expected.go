package pgstore

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// checkVersions refuses the appends whose expected versions are known to be wrong, and answers the
// others. A version that is known is one that the stream had, so it is at least that; an append that
// expects more or another stream than a new one, or any if there is doubt, is checked against the
// database first.
func (c *committer) checkVersions(l *link, at *leaf, batch []*pending, doubt bool) ([]*pending, error) {
	var unsure []uuid.UUID
	for _, p := range batch {
		for i := range p.Streams {
			s := &p.Streams[i]
			known, ok := p.knownAt(at.entered, i)
			if doubt || s.Expected > known || !ok && !at.isNew(s.Stream) {
				unsure = append(unsure, s.Stream)
			}
		}
	}
	var found map[uuid.UUID]reached
	if len(unsure) > 0 {
		var err error
		if found, err = c.lookUpVersions(l, at, unsure); err != nil {
			return nil, err
		}
	}
	return c.keep(batch, func(p *pending) error {
		if found != nil {
			p.look(c.versions)
		}
		for i := range p.Streams {
			s := &p.Streams[i]
			known := found[s.Stream]
			noted, _ := p.knownAt(at.entered, i)
			known.version = max(known.version, noted)
			switch {
			case known.version != s.Expected:
				return conflict(s, known.version)
			case known.archived && len(s.Events) > 0:
				return fmt.Errorf("stream %s: %w", s.Stream, eventstore.ErrArchived)
			}
		}
		return nil
	}), nil
}

func conflict(s *eventstore.StreamAppend, known eventstore.Version) error {
	return fmt.Errorf("stream %s is at version %d, not %d: %w", s.Stream, known, s.Expected, eventstore.ErrConflict)
}

// reached is how far a stream has come.
type reached struct {
	version  eventstore.Version
	archived bool // its last event
}

// lookUpVersions asks the database how far streams have come. That of an archived one is not
// remembered, so that it is looked up whenever it is written to.
func (c *committer) lookUpVersions(l *link, at *leaf, streams []uuid.UUID) (map[uuid.UUID]reached, error) {
	answers, err := l.exchange(call{statement: versionsStatement, parameters: lookUps(streams, at)})
	if err != nil {
		return nil, err
	}
	found := make(map[uuid.UUID]reached, len(streams))
	for _, row := range answers[0] {
		found[uuid.UUID(row[0])] = reached{eventstore.Version(int32Of(row[1])), row[2][0] != 0}
	}
	for _, stream := range streams {
		if r := found[stream]; !r.archived {
			c.versions.note(at.entered, stream, r.version)
		}
	}
	return found, nil
}

// keep refuses the appends that the check has an error for, and answers the others.
func (c *committer) keep(batch []*pending, check func(*pending) error) []*pending {
	kept := make([]*pending, 0, len(batch))
	for _, p := range batch {
		if err := check(p); err != nil {
			c.refuse([]*pending{p}, err)
		} else {
			kept = append(kept, p)
		}
	}
	return kept
}

// checkHead looks for why a batch was not added: it refuses it if the book is in another era than it,
// and answers what is left, and the way to send it if its positions are not all in the leaf.
func (c *committer) checkHead(l *link, at *leaf, batch []*pending) ([]*pending, way) {
	answers, err := l.exchange(call{statement: headStatement})
	switch {
	case errors.Is(err, errBroken):
		return batch, way{} // it will be tried again
	case err != nil:
		c.refuse(batch, fmt.Errorf("append to book %d: %w", c.book, err))
		return nil, way{}
	case len(answers[0]) == 0:
		c.refuse(batch, fmt.Errorf("append to book %d: %w", c.book, eventstore.ErrUnknownBook))
		return nil, way{}
	}
	last, epoch := eventstore.Position(int64Of(answers[0][0][0])), int64Of(answers[0][0][1])
	batch = c.keep(batch, func(p *pending) error {
		if p.Epoch != epoch {
			return fmt.Errorf("book %d is in era %d, not %d: %w", c.book, epoch, p.Epoch, eventstore.ErrConflict)
		}
		return nil
	})
	return c.wayOn(at, last, batch)
}
