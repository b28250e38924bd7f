package main

import (
	"context"
	"fmt"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
)

// signedWithin is how long events may wait for a checkpoint before it is worth a word.
const signedWithin = time.Minute

// diagnoseTree looks at how far the log of a book is in its tree, and signed.
func diagnoseTree(ctx context.Context, store *pgstore.Store, book eventstore.Book, lender string, head eventstore.Head) finding {
	what := fmt.Sprintf("tree of book %d (%s)", book, lender)
	built, err := store.CursorPosition(ctx, pgstore.TreeCursor, book)
	if err != nil {
		return judged(what, "", err, "")
	}
	last, err := store.LastCheckpoint(ctx, book)
	if err != nil {
		return judged(what, "", err, "")
	}
	keys, err := store.SigningKeys(ctx, book)
	if err != nil {
		return judged(what, "", err, "")
	}
	f := finding{What: what, OK: true}
	if len(keys) == 0 || last.Number == 0 {
		f.OK, f.Detail, f.Next = false, "nothing is signed yet", "is loanledger serve running?"
		return f
	}
	unsigned := int64(head.Position) - last.Size
	f.Detail = fmt.Sprintf("%d events are not in a full tile yet; checkpoint %d over %d events of %s, %d not signed; key %d since %s",
		head.Position-built, last.Number, last.Size, last.SignedAt.Format(time.RFC3339), unsigned, keys[len(keys)-1].Number, keys[len(keys)-1].MadeAt.Format(time.DateOnly))
	if unsigned > 0 && head.RecordedAt.Sub(last.SignedAt) > signedWithin || head.Position-built > behind {
		f.OK, f.Next = false, "is loanledger serve running? If it is, see its log for what keeps it from signing"
	}
	return f
}
