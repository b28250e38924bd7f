package loan

import (
	"slices"
	"sync/atomic"
)

// room is the memory of a list, as far as it is taken. The states that follow one another on a loan
// share it, and each sees as much as its own list is long; so an event costs the same however long the
// loan has lived. Where two states follow the same one, the first takes the place behind its list, and
// the other moves to memory of its own.
type room struct{ taken atomic.Int64 }

// with is a list with one more element, and its room. States that have the list as it was see nothing
// of the element, whichever goroutine they are in.
func with[E any](list []E, r *room, e E) ([]E, *room) {
	n := int64(len(list))
	if len(list) < cap(list) && r.taken.CompareAndSwap(n, n+1) {
		return append(list, e), r
	}
	r = new(room)
	r.taken.Store(n + 1)
	return append(slices.Clip(list), e), r
}
