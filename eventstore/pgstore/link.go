package pgstore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// link is a connection with a few prepared statements, and exchanges of several of them in one round
// trip. One goroutine uses it at a time, but for the end of a staged batch, which somebody else may send
// while that goroutine receives.
type link struct {
	conn     net.Conn
	frontend *pgproto3.Frontend
	backend  backend
	broken   atomic.Bool
	leaf     *leaf  // that statements are prepared for
	out      []byte // the last messages, a buffer that is used again
}

// backend identifies a server process: its number alone may be used again.
type backend struct {
	pid     uint32
	started string
}

// errBroken: the connection is gone, and with it the answer to what was asked last.
var errBroken = errors.New("the connection to the database broke")

// exchangeTimeout bounds one exchange, waiting for the book's lock included.
const exchangeTimeout = 30 * time.Second

// sessionSettings pin the plans: the statements are a few index look-ups, whatever the statistics of
// a table say that was analysed while it was small. A process that stops in the middle of a transaction
// loses its connection, and with it what others wait for.
const sessionSettings = `
	SET plan_cache_mode = force_generic_plan; SET jit = off;
	SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off;
	SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off;
	SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = off;
	SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = '3s'`

// dial opens a link with the named statements prepared.
func dial(ctx context.Context, config *pgconn.Config, statements map[string]string) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	l := &link{}
	if err := l.prepare(ctx, conn, statements); err != nil {
		conn.Close(ctx)
		return nil, err
	}
	taken, err := conn.Hijack()
	if err != nil {
		conn.Close(ctx)
		return nil, err
	}
	l.conn, l.frontend, l.backend.pid = taken.Conn, taken.Frontend, taken.PID
	return l, nil
}

func (l *link) prepare(ctx context.Context, conn *pgconn.PgConn, statements map[string]string) error {
	if _, err := conn.Exec(ctx, sessionSettings).ReadAll(); err != nil {
		return err
	}
	answer := conn.ExecParams(ctx, `SELECT backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()`, nil, nil, nil, nil).Read()
	if answer.Err != nil {
		return answer.Err
	}
	if len(answer.Rows) == 1 {
		l.backend.started = string(answer.Rows[0][0])
	}
	for name, sql := range statements {
		if _, err := conn.Prepare(ctx, name, sql, nil); err != nil {
			return fmt.Errorf("prepare %s: %w", name, err)
		}
	}
	return nil
}

// standAt prepares the statements of a leaf, in place of those of another one, unless that was done.
func (l *link) standAt(at *leaf, statements func() map[string]string) error {
	if l.leaf == at {
		return nil
	}
	l.leaf = nil
	var messages []pgproto3.FrontendMessage
	for name, sql := range statements() {
		messages = append(messages, &pgproto3.Close{ObjectType: 'S', Name: name}, &pgproto3.Parse{Name: name, Query: sql})
	}
	if _, _, err := l.asked(0, append(messages, &pgproto3.Sync{})...); err != nil {
		return err
	}
	l.leaf = at
	return nil
}

// call is a prepared statement with its parameters in binary format, and with the rows that a COPY takes.
type call struct {
	statement  string
	parameters [][]byte
	copied     []byte
}

var binaryFormat = []int16{pgproto3.BinaryFormat}

// exchange runs the calls in order, in one round trip and one transaction, and answers the rows of
// each. After an error of one call the later ones have not run. An error that is not errBroken says
// for sure that nothing has stayed.
func (l *link) exchange(calls ...call) ([][][][]byte, error) {
	answers, _, err := l.ask(calls...)
	return answers, err
}

// ask is an exchange that tells the status of the transaction afterwards too.
func (l *link) ask(calls ...call) (answers [][][][]byte, status byte, err error) {
	messages := make([]pgproto3.FrontendMessage, 0, 2*len(calls)+3)
	for _, c := range calls {
		messages = append(messages, &pgproto3.Bind{
			PreparedStatement: c.statement, Parameters: c.parameters,
			ParameterFormatCodes: binaryFormat, ResultFormatCodes: binaryFormat,
		}, &pgproto3.Execute{})
		if c.copied != nil {
			messages = append(messages, &pgproto3.CopyData{Data: c.copied}, &pgproto3.CopyDone{})
		}
	}
	return l.asked(len(calls), append(messages, &pgproto3.Sync{})...)
}

// asked sends messages and receives what answers so many calls among them.
func (l *link) asked(calls int, messages ...pgproto3.FrontendMessage) (answers [][][][]byte, status byte, err error) {
	if cap(l.out) > keptOut {
		l.out = nil
	}
	if l.out, err = encoded(l.out[:0], messages...); err != nil {
		return nil, 0, err
	}
	if err := l.write(l.out); err != nil {
		return nil, 0, err
	}
	return l.receive(calls)
}

// keptOut bounds the buffer that is kept for the next messages.
const keptOut = 1 << 20

func encoded(b []byte, messages ...pgproto3.FrontendMessage) (_ []byte, err error) {
	for _, m := range messages {
		if b, err = m.Encode(b); err != nil {
			return b, err
		}
	}
	return b, nil
}

// write sends bytes. It may be called beside a receive, for which the time to wait begins anew.
func (l *link) write(b []byte) error {
	if l.broken.Load() {
		return errBroken
	}
	err := l.conn.SetDeadline(time.Now().Add(exchangeTimeout))
	if err == nil {
		_, err = l.conn.Write(b)
	}
	if err != nil {
		return l.fail(err)
	}
	return nil
}

// transact lets exchanges be part of one transaction, whose end is one of them. An error of an exchange
// rolls the transaction back.
func (l *link) transact(do func(exchange func(...call) ([][][][]byte, error)) error) error {
	return do(func(calls ...call) ([][][][]byte, error) {
		answers, status, err := l.ask(calls...)
		if err == nil || errors.Is(err, errBroken) || status == 'I' {
			return answers, err
		}
		if rollbackErr := l.rollBack(); rollbackErr != nil {
			return nil, rollbackErr
		}
		return nil, err
	})
}

// rollBack ends a transaction, or the connection, and the transaction with it.
func (l *link) rollBack() error {
	if _, _, err := l.ask(call{statement: rollbackStatement}); err != nil {
		return l.fail(err)
	}
	return nil
}

// receive reads to the end of an answer. The status is that of the transaction afterwards: I for none,
// T for open, E for failed.
func (l *link) receive(calls int) (answers [][][][]byte, status byte, err error) {
	answers = make([][][][]byte, calls)
	at := 0
	for {
		message, receiveErr := l.frontend.Receive()
		if receiveErr != nil {
			return nil, 0, l.fail(receiveErr)
		}
		switch message := message.(type) {
		case *pgproto3.DataRow:
			answers[at] = append(answers[at], copyRow(message.Values))
		case *pgproto3.CommandComplete:
			at++
		case *pgproto3.ErrorResponse:
			refusal := pgconn.ErrorResponseToPgError(message)
			if refusal.Severity == "FATAL" || refusal.Severity == "PANIC" || refusal.SeverityUnlocalized == "FATAL" ||
				refusal.SeverityUnlocalized == "PANIC" {
				return nil, 0, l.fail(refusal)
			}
			err = refusal
		case *pgproto3.ReadyForQuery:
			return answers, message.TxStatus, err
		}
	}
}

func (l *link) fail(err error) error {
	if l.broken.CompareAndSwap(false, true) {
		l.conn.Close()
	}
	return fmt.Errorf("%w: %w", errBroken, err)
}

// close ends the session.
func (l *link) close() {
	if !l.broken.CompareAndSwap(false, true) {
		return
	}
	_ = l.conn.SetDeadline(time.Now().Add(time.Second))
	terminate, _ := (&pgproto3.Terminate{}).Encode(nil)
	_, _ = l.conn.Write(terminate) // if it does not get there, the server notices the closed connection
	l.conn.Close()
}

// copyRow copies the values of a row out of the connection's buffer.
func copyRow(values [][]byte) [][]byte {
	row := make([][]byte, len(values))
	for i, v := range values {
		if v != nil {
			row[i] = append([]byte{}, v...)
		}
	}
	return row
}
