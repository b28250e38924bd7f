package projections

import "context"

// output collects rows until they are handed on.
type output struct {
	rows    [tableCount]*copyRows // nil for a table that nobody asked for
	forward forward               // only where debt_balances was asked for
	// handOn takes the rows away; the buffers are empty afterwards.
	handOn func(context.Context) error
}

// handOnBytes is how many bytes of rows are collected before they are handed on.
const handOnBytes = 1 << 20

func newOutput(ids []tableID) *output {
	o := &output{}
	for _, id := range ids {
		o.rows[id] = &copyRows{}
	}
	return o
}

// wants reports whether any of the tables was asked for.
func (o *output) wants(ids ...tableID) bool {
	for _, id := range ids {
		if o.rows[id] != nil {
			return true
		}
	}
	return false
}

// relieve hands the rows on when there are many.
func (o *output) relieve(ctx context.Context) error {
	bytes := o.forward.bytes()
	for _, r := range o.rows {
		if r != nil {
			bytes += len(r.buf) + 16*len(r.replaced)
		}
	}
	if bytes < handOnBytes {
		return nil
	}
	return o.handOn(ctx)
}
