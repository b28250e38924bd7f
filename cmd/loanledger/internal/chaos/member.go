package chaos

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"loanledger/adapters/desk"
	"loanledger/adapters/vault"
	"loanledger/domain/ident"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Member is one process of a campaign. It reads what it is told from in, a line of JSON each, and
// answers on out; the end of in ends it. It is for the campaign's own use.
func Member(ctx context.Context, in io.Reader, out io.Writer) error {
	return serveMember(ctx, in, out, func(_ string, log eventstore.Log) eventstore.Log { return log })
}

// serveMember is Member with a log that may be another than the store's, depending on the role, which
// is how a test plants a fault.
func serveMember(ctx context.Context, in io.Reader, out io.Writer, through func(role string, log eventstore.Log) eventstore.Log) error {
	m := &member{in: bufio.NewReaderSize(in, 1<<16), out: out, through: through}
	if err := m.hear(&m.briefing); err != nil {
		return fmt.Errorf("the briefing: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if m.Role == brokerRole {
		return m.broke(ctx)
	}
	if err := m.open(ctx); err != nil {
		return err
	}
	defer m.close()
	switch m.Role {
	case writerRole:
		return m.carryOut(ctx, newWriter(m).carryOut)
	case deskRole:
		return m.carryOut(ctx, newTeller(m).carryOut)
	case followerRole:
		return m.alongside(ctx, cancel, m.follow)
	case keeperRole:
		return m.alongside(ctx, cancel, m.keep)
	}
	return fmt.Errorf("there is no role %q", m.Role)
}

// member is what every process of a campaign has.
type member struct {
	briefing
	in      *bufio.Reader
	through func(role string, log eventstore.Log) eventstore.Log

	mu  sync.Mutex
	out io.Writer

	pool  *pgxpool.Pool
	store *pgstore.Store
	log   eventstore.Log // the store, or what a test has put before it
	vault *vault.Vault
	desk  *desk.Desk
}

// memberConnections is the connections of a process's pool.
const memberConnections = 8

func (m *member) open(ctx context.Context) error {
	config, err := pgxpool.ParseConfig(m.Database)
	if err != nil {
		return errors.New("the database URL cannot be read")
	}
	config.MaxConns = memberConnections
	config.ConnConfig.RuntimeParams["application_name"] = m.Name
	if m.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return err
	}
	master, err := vault.ParseMaster(m.Master)
	if err != nil {
		return err
	}
	clock := func() time.Time { return time.Now().Add(time.Duration(m.Skew) * time.Millisecond) }
	m.store, m.vault = pgstore.New(m.pool, clock), vault.New(m.pool, master)
	m.log = m.through(m.Role, m.store)
	directory := desk.NewLenders()
	for _, b := range m.Books {
		directory.Add(ident.Book(b.Book), b.Lender)
	}
	m.desk = desk.New(m.log, m.vault, directory, func() time.Time { return m.Day })
	return nil
}

func (m *member) close() {
	m.store.Close()
	m.pool.Close()
}

// say writes a line. Nobody listens any more where that fails, and then the input ends too.
func (m *member) say(l line) {
	text, err := json.Marshal(l)
	if err != nil {
		panic("chaos: an answer cannot be written: " + err.Error())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _ = m.out.Write(append(text, '\n'))
}

func (m *member) hear(v any) error {
	text, err := m.in.ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

// carryOut carries orders out, each as soon as it comes, until there are no more.
func (m *member) carryOut(ctx context.Context, do func(context.Context, *order) answer) error {
	m.say(line{Ready: true})
	var running sync.WaitGroup
	defer running.Wait()
	for {
		o := &order{}
		if err := m.hear(o); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		running.Go(func() {
			ctx := ctx
			if o.Cancel > 0 {
				short, cancel := context.WithTimeout(ctx, time.Duration(o.Cancel)*time.Microsecond)
				defer cancel()
				ctx = short
			}
			a := do(ctx, o)
			a.Nr = o.Nr
			m.say(line{Answer: &a})
		})
	}
}

// alongside runs something until the input ends.
func (m *member) alongside(ctx context.Context, cancel context.CancelFunc, run func(context.Context) error) error {
	m.say(line{Ready: true})
	go func() {
		_, _ = io.Copy(io.Discard, m.in)
		cancel()
	}()
	return run(ctx)
}

// again runs something again and again until the context ends: whatever went wrong, it was to be
// expected.
func again(ctx context.Context, run func(context.Context) error) {
	for ctx.Err() == nil {
		_ = run(ctx)
		pause(ctx, 100*time.Millisecond)
	}
}
