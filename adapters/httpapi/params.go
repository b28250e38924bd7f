package httpapi

import (
	"context"
	"errors"
	"time"

	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/eventstore"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// day is a date in an address.
type day struct{ date.Date }

// UnmarshalText reads YYYY-MM-DD. Errors: date.ErrInvalid.
func (d *day) UnmarshalText(text []byte) error {
	parsed, err := date.Parse(string(text))
	d.Date = parsed
	return err
}

// Schema is that of a date.
func (day) Schema(r huma.Registry) *huma.Schema { return dateSchema{}.Schema(r) }

// horizon is how far from the business date a question may be, in days: a hundred years.
const horizon = 36525

// near is a date in an address, or the business date where there is none. Errors: parameter_invalid.
func (d day) near(business date.Date) (date.Date, error) {
	switch {
	case d.IsZero():
		return business, nil
	case d.Sub(business) > horizon:
		return d.Date, faultParameter.With("a date may be up to a hundred years after the business date")
	}
	return d.Date, nil
}

// Freshness is how much of the log a read must have seen.
type Freshness struct {
	MinPosition int64 `query:"min_position" minimum:"0" doc:"waits until the log has come to this position, for a few seconds" example:"42"`
}

// reached waits until a book has come to a position. Errors: position_not_reached.
func (a *API) reached(ctx context.Context, b ident.Book, f Freshness) error {
	if f.MinPosition == 0 {
		return nil
	}
	waiting, cancel := context.WithTimeout(ctx, a.positionTime)
	defer cancel()
	err := a.Log.Wait(waiting, eventstore.Book(b), eventstore.Position(f.MinPosition-1))
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return faultPosition
	}
	return err
}

// decode reads a body that is not a command's, as strictly as those. Errors: body_malformed.
func decode[B any](data []byte) (*B, error) {
	c, err := ledger.Entry{NewBody: func() any { return new(B) }}.Decode(uuid.Nil, data)
	if err != nil {
		return nil, err
	}
	return c.Body.(*B), nil
}

// seconds of a long poll.
func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
