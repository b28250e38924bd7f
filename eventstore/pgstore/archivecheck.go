package pgstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
	"loanledger/eventstore/archive"
)

// check reads a file to its end and compares it with the batches of the database: those that are whole
// in it by the chain, which covers every byte of their events. Of the others, at its ends, it answers
// what the file has.
func (w *leafWork) check(ctx context.Context, path string) (archive.File, []batchPart, error) {
	r, err := archive.OpenFile(path)
	if err != nil {
		return archive.File{}, nil, err
	}
	defer r.Close()
	before, batches, err := w.batches(ctx)
	if err != nil {
		return archive.File{}, nil, err
	}
	if r.Header.Part != w.part || !bytes.Equal(r.Header.Before, before) {
		return archive.File{}, nil, fmt.Errorf("%w: the file %s is not of this leaf", ErrBroken, filepath.Base(path))
	}
	w.streams = map[uuid.UUID]struct{}{}
	chain := fileChain{part: w.part, before: before, batches: batches}
	for {
		e, b, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			if len(chain.batches) > 0 {
				return archive.File{}, nil, fmt.Errorf("%w: the file lacks %d batches", ErrBroken, len(chain.batches))
			}
			file, err := r.Whole()
			return file, chain.ends, err
		case err != nil:
			return archive.File{}, nil, err
		case e != nil:
			w.streams[e.Stream] = struct{}{}
			chain.add(e)
		default:
			if err := chain.end(b); err != nil {
				return archive.File{}, nil, err
			}
		}
	}
}

// fileChain computes the chain along a file.
type fileChain struct {
	part    archive.Part
	before  []byte
	batches []batchRow // of the database, that are still to come
	digest  batchDigest
	events  eventstore.Position // of the batch, in the file
	at      time.Time           // when the first of them was recorded
	mixed   bool                // others were recorded at other times
	ends    []batchPart
}

// batchPart is what a file has of a batch that goes beyond it.
type batchPart struct {
	first, last eventstore.Position
	digest      [32]byte
}

func (c *fileChain) add(e *eventstore.Event) {
	if c.events == 0 {
		c.digest.reset()
		c.at, c.mixed = e.RecordedAt, false
	}
	c.mixed = c.mixed || !e.RecordedAt.Equal(c.at)
	c.events++
	c.digest.add(e)
}

// end compares a batch of the file with that of the database, and with its events.
func (c *fileChain) end(b *archive.Batch) error {
	same := len(c.batches) > 0 && b.First == c.batches[0].FirstPosition && b.Last == c.batches[0].LastPosition &&
		b.Epoch == c.batches[0].Epoch && b.RecordedAt.Equal(c.batches[0].RecordedAt) && bytes.Equal(b.Chain, c.batches[0].Chain)
	first, last := max(b.First, c.part.First), min(b.Last, c.part.Last)
	same = same && c.events == last-first+1 && !c.mixed && c.at.Equal(b.RecordedAt)
	switch {
	case !same:
	case first == b.First && last == b.Last:
		want := chainAfter(c.before, b.First, b.Last, b.Epoch, b.RecordedAt.UnixMicro()-postgresEpochMicros, c.digest.sum())
		same = bytes.Equal(want[:], b.Chain)
	default:
		c.ends = append(c.ends, batchPart{first, last, c.digest.sum()})
	}
	if !same {
		return fmt.Errorf("%w: book %d, positions %d to %d: the file and the chain of the database differ", ErrBroken, c.part.Book, first, last)
	}
	c.before, c.events, c.batches = b.Chain, 0, c.batches[1:]
	return nil
}

// checkEnds compares parts of batches with the events of the database.
func (w *leafWork) checkEnds(ctx context.Context, ends []batchPart) error {
	for _, end := range ends {
		events, err := w.store.ReadBook(ctx, w.part.Book, end.first-1, int(end.last-end.first+1))
		if err != nil {
			return err
		}
		var digest batchDigest
		digest.reset()
		for i := range events {
			digest.add(&events[i])
		}
		if digest.sum() != end.digest {
			return fmt.Errorf("%w: book %d, positions %d to %d: the file and the database differ", ErrBroken, w.part.Book, end.first, end.last)
		}
	}
	return nil
}
