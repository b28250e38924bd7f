package pgstore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"loanledger/eventstore"
	"loanledger/eventstore/tree"
)

// appendLeaves appends the leaf hashes of the events of a book after a position, up to and with
// another one. The bytes of each event are looked at and let go, so that building a tree keeps no
// memory of what it reads. Errors: ErrBroken for a position that is missing.
func (s *Store) appendLeaves(ctx context.Context, hashes []tlog.Hash, book eventstore.Book, after, upTo eventstore.Position) ([]tlog.Hash, error) {
	sql := fmt.Sprintf(readBookSQL, book, s.openCommitter(book).leafOf(after+1))
	had := len(hashes)
	err := again(ctx, func() (err error) {
		hashes, err = s.appendLeavesOnce(ctx, hashes[:had], book, after, upTo, sql)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("hash book %d: %w", book, err)
	}
	if last := after + eventstore.Position(len(hashes)-had); last != upTo {
		return nil, brokenAt(book, int64(last)+1, "the event is missing")
	}
	return hashes, nil
}

func (s *Store) appendLeavesOnce(ctx context.Context, hashes []tlog.Hash, book eventstore.Book, after, upTo eventstore.Position, sql string) ([]tlog.Hash, error) {
	rows, err := s.pool.Query(ctx, sql, pgx.QueryResultFormats{pgx.BinaryFormatCode}, int64(after), int64(upTo))
	if err != nil {
		return hashes, err
	}
	defer rows.Close()
	one := eventRows{book: book, texts: texts{}}
	one.next(1)
	block := make([]byte, largestBlock)
	for rows.Next() {
		one.events, one.block = one.events[:0], block // the event before is of no use any more
		if err := one.add(rows.RawValues()); err != nil {
			return hashes, err
		}
		if after++; one.events[0].Position != after {
			return hashes, nil // something is missing here
		}
		hashes = tree.AppendHashes(hashes, one.events)
	}
	return hashes, rows.Err()
}
