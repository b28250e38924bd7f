package main

import (
	"context"
	"fmt"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"

	"github.com/jackc/pgx/v5/pgxpool"
)

// work is something that one process at a time does for a book, following its log.
type work struct {
	Name    string `json:"name"`
	Behind  int64  `json:"behind"` // in events, by the position that was saved last
	Held    bool   `json:"held"`
	Process string `json:"process,omitempty"`
}

// String is what the doctor says of it.
func (w work) String() string {
	switch {
	case !w.Held:
		return fmt.Sprintf("%d behind, done by nobody", w.Behind)
	case w.Process == "":
		return fmt.Sprintf("%d behind, done by a process without a name", w.Behind)
	}
	return fmt.Sprintf("%d behind, done by %s", w.Behind, w.Process)
}

// behind is how many events a follower may be behind before it is worth a word.
const behind = 10_000

func diagnoseBooks(ctx context.Context, pool *pgxpool.Pool) []finding {
	store := pgstore.New(pool, time.Now)
	defer store.Close()
	books, err := store.Books(ctx)
	if err != nil {
		return []finding{judged("books", "", err, "loanledger migrate")}
	}
	holders, err := store.Holders(ctx)
	if err != nil {
		return []finding{judged("books", "", err, "loanledger migrate")}
	}
	var findings []finding
	for _, b := range books {
		what := fmt.Sprintf("book %d (%s)", b.Book, b.Lender)
		head, err := store.Head(ctx, b.Book)
		if err != nil {
			findings = append(findings, judged(what, "", err, ""))
			continue
		}
		findings = append(findings, diagnoseBook(what, b.Book, head, holders), diagnoseTree(ctx, store, b.Book, b.Lender, head))
	}
	return findings
}

// diagnoseBook says how far behind the log of a book its followers are, and who they are.
func diagnoseBook(what string, book eventstore.Book, head eventstore.Head, holders []pgstore.Holder) finding {
	f := finding{What: what, OK: true, Detail: fmt.Sprintf("%d events", head.Position)}
	for _, h := range holders {
		if h.Book != book {
			continue
		}
		w := work{Name: h.Name, Behind: int64(head.Position - h.Position), Held: h.Held, Process: h.Process}
		f.Work = append(f.Work, w)
		if w.Behind >= behind {
			f.OK, f.Next = false, "is loanledger serve running?"
		}
	}
	return f
}
