package projections

import (
	"context"
	"encoding/binary"
	"fmt"

	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/eventstore"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
)

// forward is the debts that the passing of a day alone has changed. Their rows are changed in place,
// and only where a day changes them, so that no index is written to.
type forward struct {
	day   closing
	count int
	// A column each, as elements of arrays.
	loans, interest, penalty, total, late copyRows
}

// debtFillFactor leaves room in the pages for the rows of the next day beside those of the last one.
const debtFillFactor = 45

func (f *forward) add(id uuid.UUID, c money.Currency, owed loan.Balances, late int) {
	f.count++
	f.loans.uuid(id)
	f.interest.amount(owed.Interest, c)
	f.penalty.amount(owed.Penalty, c)
	f.total.amount(owed.Total, c)
	f.late.int32(late)
}

func (f *forward) bytes() int { return 6 * len(f.loans.buf) }

func (f *forward) reset() {
	f.count = 0
	for _, column := range []*copyRows{&f.loans, &f.interest, &f.penalty, &f.total, &f.late} {
		column.reset()
	}
}

// Object ids of types in Postgres.
const (
	oidInt4    = 23
	oidNumeric = 1700
	oidUUID    = 2950

	oidInt8         = 20
	oidDate         = 1082
	oidTime         = 1184
	oidInt4Array    = 1007
	oidNumericArray = 1231
	oidUUIDArray    = 2951
)

// array is elements in Postgres' binary form of a one-dimensional array.
func array(element uint32, count int, elements []byte) []byte {
	b := make([]byte, 0, 20+len(elements))
	for _, n := range []uint32{1, 0, element, uint32(count), 1} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return append(b, elements...)
}

// bringForward changes the rows of the debts of a book.
func bringForward(ctx context.Context, conn *pgconn.PgConn, book eventstore.Book, suffix string, f *forward) error {
	update := fmt.Sprintf(`UPDATE %s AS d SET as_of = $6, position = $7, updated_at = $8,
		interest = f.interest, penalty = f.penalty, total = f.total, days_past_due = f.late
		FROM unnest($1, $2, $3, $4, $5) AS f (loan_id, interest, penalty, total, late)
		WHERE d.book = %d AND d.loan_id = f.loan_id`, debtBalances.partition(book, suffix), book)
	var day, position, at copyRows
	day.date(f.day.on)
	position.int64(int64(f.day.position))
	at.time(f.day.recordedAt)
	return exec(ctx, conn, update, []parameter{
		{oidUUIDArray, array(oidUUID, f.count, f.loans.buf)},
		{oidNumericArray, array(oidNumeric, f.count, f.interest.buf)},
		{oidNumericArray, array(oidNumeric, f.count, f.penalty.buf)},
		{oidNumericArray, array(oidNumeric, f.count, f.total.buf)},
		{oidInt4Array, array(oidInt4, f.count, f.late.buf)},
		{oidDate, day.buf[4:]}, {oidInt8, position.buf[4:]}, {oidTime, at.buf[4:]}, // a field has its size before it
	})
}

// deleteLoans deletes the rows of loans in a partition.
func deleteLoans(ctx context.Context, conn *pgconn.PgConn, partition string, book eventstore.Book, loans []uuid.UUID) error {
	var ids copyRows
	for _, id := range loans {
		ids.uuid(id)
	}
	gone := fmt.Sprintf(`DELETE FROM %s WHERE book = %d AND loan_id = ANY($1)`, partition, book)
	return exec(ctx, conn, gone, []parameter{{oidUUIDArray, array(oidUUID, len(loans), ids.buf)}})
}

// parameter is a value in Postgres' binary form.
type parameter struct {
	oid   uint32
	value []byte
}

// exec executes a statement with many values, which are in the binary form as they are.
func exec(ctx context.Context, conn *pgconn.PgConn, statement string, parameters []parameter) error {
	values, oids := make([][]byte, len(parameters)), make([]uint32, len(parameters))
	for i, p := range parameters {
		values[i], oids[i] = p.value, p.oid
	}
	_, err := conn.ExecParams(ctx, statement, values, oids, []int16{1}, nil).Close()
	return err
}
