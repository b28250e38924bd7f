package chaos

import (
	"context"

	"loanledger/eventstore"

	"github.com/jackc/pgx/v5"
)

// followers holds what the followers said that they saw to the log: each life saw it from the
// beginning, without a gap, in these bytes.
func (x *examination) followers(context.Context) (int64, error) {
	count := int64(0)
	for _, p := range x.crew.with(followerRole) {
		for _, b := range x.books {
			for life, seen := range p.sightings(b.Book) {
				count += x.followed(p, life+1, b.Book, seen)
			}
		}
	}
	return count, nil
}

func (x *examination) followed(p *post, life int, b eventstore.Book, seen []sight) (count int64) {
	last, events := eventstore.Position(0), x.events[b]
	for _, s := range seen {
		if s.First != last+1 || s.Last < s.First {
			x.violated("%s, life %d: saw %d to %d of book %d after %d", p.name, life, s.First, s.Last, b, last)
			return count
		}
		if int(s.Last) > len(events) || sumOf(events[s.First-1:s.Last]) != s.Sum {
			x.violated("%s, life %d: what it saw at %d to %d of book %d is not what is there", p.name, life, s.First, s.Last, b)
			return count
		}
		last = s.Last
		count += int64(s.Last - s.First + 1)
	}
	return count
}

// cursor holds what was written in the transactions that moved the followers' cursor to the log.
func (x *examination) cursor(ctx context.Context) (int64, error) {
	count := int64(0)
	for _, b := range x.books {
		rows, err := x.pool.Query(ctx, `SELECT position, sum, by FROM chaos.followed WHERE book = $1 ORDER BY nr`, int32(b.Book))
		if err != nil {
			return count, err
		}
		events, at := x.events[b.Book], 0
		var position int64
		var sum, by string
		_, err = pgx.ForEachRow(rows, []any{&position, &sum, &by}, func() error {
			at++
			switch {
			case position != int64(at):
				x.violated("book %d: %s wrote position %d where %d was due", b.Book, by, position, at)
				at = int(position)
			case at > len(events) || sum != sumOfOne(&events[at-1]):
				x.violated("book %d: what %s wrote at position %d is not what is there", b.Book, by, at)
			}
			count++
			return nil
		})
		if err != nil {
			return count, err
		}
		if at != len(events) {
			x.violated("book %d: the cursor's holders have come to %d of %d", b.Book, at, len(events))
		}
	}
	return count, nil
}
