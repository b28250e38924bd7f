package desk

import (
	"context"
	"fmt"

	"loanledger/domain/borrower"
	"loanledger/domain/fact/jsontext"
	"loanledger/domain/ident"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

// Person is who a borrower is, from the sealed part of their registration. Errors:
// borrower_not_found, and the keeper's, such as that the person was erased.
func (d *Desk) Person(ctx context.Context, id uuid.UUID) (borrower.Person, error) {
	var p borrower.Person
	b := ident.BookOf(id)
	if _, known := d.lenders.OfBook(b); !known {
		return p, borrower.ErrNotFound
	}
	events, err := d.Log().ReadStream(ctx, eventstore.Book(b), id, 0)
	if err != nil {
		return p, err
	}
	for _, e := range events {
		if e.Type != (borrower.Registered{}).EventType() {
			continue
		}
		plain, err := d.keeper.Open(ctx, e.Book, id, e.Type, e.Personal)
		if err != nil {
			return p, err
		}
		r := jsontext.NewReader(plain)
		p.ReadJSON(&r)
		if err := r.End(); err != nil {
			return p, fmt.Errorf("the sealed part of position %d: %w", e.Position, err)
		}
		return p, nil
	}
	return p, borrower.ErrNotFound
}
