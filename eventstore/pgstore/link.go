package pgstore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// link is a committer's connection: a few prepared statements, and exchanges of several of them in
// one round trip. Several goroutines may use it at once: what one asks is sent behind what another
// still waits for, so that the server goes from one to the next without waiting for anybody. The
// answers come in the same order.
type link struct {
	conn     net.Conn
	frontend *pgproto3.Frontend
	backend  backend
	broken   atomic.Bool

	sending  sync.Mutex           // held by who sends
	answered chan struct{}        // closed once all that was sent is answered; guarded by sending
	leaf     atomic.Pointer[leaf] // that statements are prepared for
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
// a table say that was analysed while it was small. A process that stops in the middle of a split
// exchange loses its connection, and the lock with it.
const sessionSettings = `
	SET plan_cache_mode = force_generic_plan; SET jit = off;
	SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off;
	SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off;
	SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = off;
	SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = '10s'`

// dial opens a link with the named statements prepared.
func dial(ctx context.Context, config *pgconn.Config, statements map[string]string) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	l := &link{answered: make(chan struct{})}
	close(l.answered)
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
	l.sending.Lock()
	if l.leaf.Load() == at {
		l.sending.Unlock()
		return nil
	}
	_, _, err := l.ask(0, func() error {
		for name, sql := range statements() {
			l.frontend.SendClose(&pgproto3.Close{ObjectType: 'S', Name: name})
			l.frontend.SendParse(&pgproto3.Parse{Name: name, Query: sql})
		}
		l.leaf.Store(at)
		return nil
	}, func(_ [][][][]byte, err error) {
		if err != nil {
			l.leaf.CompareAndSwap(at, nil)
		}
	})
	return err
}

// call is a prepared statement with its parameters in binary format.
type call struct {
	statement  string
	parameters [][]byte
}

var binaryFormat = []int16{pgproto3.BinaryFormat}

// exchange runs the calls in order, in one round trip and one transaction, and answers the rows of
// each. After an error of one call the later ones have not run. An error that is not errBroken says
// for sure that nothing has stayed.
func (l *link) exchange(calls ...call) ([][][][]byte, error) {
	l.sending.Lock()
	answers, _, err := l.ask(len(calls), func() error { l.send(calls); return nil }, nil)
	return answers, err
}

// send buffers calls.
func (l *link) send(calls []call) {
	for _, c := range calls {
		l.frontend.SendBind(&pgproto3.Bind{
			PreparedStatement: c.statement, Parameters: c.parameters,
			ParameterFormatCodes: binaryFormat, ResultFormatCodes: binaryFormat,
		})
		l.frontend.SendExecute(&pgproto3.Execute{})
	}
}

// ask sends what build buffers, so many calls, and lets go of the lock, which the caller holds; then it
// waits for the answer. Unless build refuses, then is told the answer before that of what was sent
// later is read.
func (l *link) ask(calls int, build func() error, then func([][][][]byte, error)) (answers [][][][]byte, status byte, err error) {
	if l.broken.Load() {
		l.sending.Unlock()
		return nil, 0, errBroken
	}
	if err := build(); err != nil {
		l.sending.Unlock()
		return nil, 0, err
	}
	before, mine := l.answered, make(chan struct{})
	l.answered = mine
	l.frontend.SendSync(&pgproto3.Sync{})
	err = l.conn.SetDeadline(time.Now().Add(exchangeTimeout))
	if err == nil {
		err = l.frontend.Flush()
	}
	l.sending.Unlock()
	<-before
	defer close(mine)
	if err != nil {
		err = l.fail(err)
	} else {
		answers, status, err = l.receive(calls)
	}
	if then != nil {
		then(answers, err)
	}
	return answers, status, err
}

// alone lets nobody else use the link while its exchanges are part of one transaction, and tells then
// how it ended. An error of an exchange rolls the transaction back.
func (l *link) alone(do func(exchange func(...call) ([][][][]byte, error)) error) error {
	l.sending.Lock()
	defer l.sending.Unlock()
	<-l.answered
	return do(func(calls ...call) ([][][][]byte, error) {
		if l.broken.Load() {
			return nil, errBroken
		}
		l.send(calls)
		l.frontend.SendSync(&pgproto3.Sync{})
		answers, status, err := l.flushed(len(calls))
		if err == nil || errors.Is(err, errBroken) || status == 'I' {
			return answers, err
		}
		l.frontend.SendQuery(&pgproto3.Query{String: "ROLLBACK"})
		if _, _, rollbackErr := l.flushed(1); rollbackErr != nil {
			l.fail(rollbackErr) // the transaction ends with the connection; the first error stands
		}
		return nil, err
	})
}

// flushed sends what is buffered and receives the answer.
func (l *link) flushed(calls int) ([][][][]byte, byte, error) {
	if err := l.conn.SetDeadline(time.Now().Add(exchangeTimeout)); err != nil {
		return nil, 0, l.fail(err)
	}
	if err := l.frontend.Flush(); err != nil {
		return nil, 0, l.fail(err)
	}
	return l.receive(calls)
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
	l.frontend.Send(&pgproto3.Terminate{})
	_ = l.frontend.Flush() // if it does not get there, the server notices the closed connection
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
