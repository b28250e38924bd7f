package pgstore

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/eventstore"
)

// RewriteChain gives every batch of a book the chain of the events that are there now, as a forger
// would.
func RewriteChain(ctx context.Context, s *Store, pool *pgxpool.Pool, book eventstore.Book) error {
	genesis := genesisChain(book)
	before := batchRow{Chain: genesis[:]}
	batches, err := s.batchesAfter(ctx, book, 0)
	if err != nil {
		return err
	}
	for _, b := range batches {
		events, err := s.ReadBook(ctx, book, before.LastPosition, int(b.LastPosition-before.LastPosition))
		if err != nil {
			return err
		}
		var digest batchDigest
		digest.reset()
		for i := range events {
			digest.add(&events[i])
		}
		chain := chainAfter(before.Chain, b.FirstPosition, b.LastPosition, b.Epoch, b.RecordedAt.UnixMicro()-postgresEpoch.UnixMicro(), digest.sum())
		if _, err := pool.Exec(ctx, `UPDATE ledger.batches SET chain = $3 WHERE book = $1 AND last_position = $2`, int32(book), b.LastPosition, chain[:]); err != nil {
			return err
		}
		before, before.Chain = b, chain[:]
	}
	return nil
}
