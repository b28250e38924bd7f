// Package localpg runs a private PostgreSQL server from the binaries that are
// installed on this machine, for the dev command and for tests.
//
// The data stay in one directory with one owner at a time. When the owner is
// killed, its server follows (on Linux at once, elsewhere at the next start),
// and the next start takes the directory over. Nothing in here ever removes a
// database: a directory of another PostgreSQL version is refused, not emptied.
//
// A directory that was given as Options.Dir holds:
//
//	data/            the cluster, owned by the account that runs the server
//	owner.lock       locked by the owner, with its process id inside
//	password         the password of the role loanledger, mode 0600
//	port             the TCP port of the last start
//	postgres.log     what the server says; postgres.log.1 is the start before
package localpg

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"sync"
	"syscall"

	"github.com/jackc/pgx/v5"

	"loanledger/adapters/internal/localdir"
)

// ErrOwned says that another process owns the directory.
var ErrOwned = localdir.ErrOwned

// Role is the name of the only role of a new server, a superuser.
const Role = "loanledger"

// Options say where a server keeps its data and how careful it is with them.
type Options struct {
	// Dir is the directory of the server; it is made where missing. Its parents
	// need no particular mode, also for root on Linux.
	Dir string

	// Volatile trades durability for speed: a killed server may forget its last
	// commits, and a crash of the machine may cost all data. For tests only.
	Volatile bool
}

// Server is a running server, owned by this process.
type Server struct {
	cluster    *cluster
	dir        *localdir.Dir
	sockets    string
	port       int
	postmaster *postmaster

	stop    sync.Once
	stopErr error
}

// Start makes the directory and the cluster where they are missing, starts the
// server and returns once it answers. It listens on 127.0.0.1, on the port of
// the last start if that is free, and on a unix socket.
//
// A server that outlived its owner is shut down first. ErrOwned says that the
// directory has a living owner, ErrNoBinaries that no PostgreSQL server is
// installed, ErrVersion that the data belong to a version that is not.
func Start(ctx context.Context, o Options) (*Server, error) {
	dir, err := localdir.Open(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	s := &Server{dir: dir}
	if err := s.start(ctx, o.Volatile); err != nil {
		return nil, errors.Join(err, s.letGo())
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, volatile bool) error {
	who, err := serverAccount()
	if err != nil {
		return err
	}
	if err := endOrphan(ctx, s.dir.File("data")); err != nil {
		return err
	}
	if s.sockets, err = socketDirectory(s.dir.Path(), who); err != nil {
		return err
	}
	if s.cluster, err = openCluster(ctx, s.dir, who, s.sockets, volatile); err != nil {
		return err
	}
	return s.launch(ctx)
}

// URL is how any client on this machine reaches the named database: over TCP
// on 127.0.0.1, with the password inside, so it is a secret of this user.
func (s *Server) URL(db string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(Role, s.cluster.password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)),
		Path:     "/" + db,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

func (s *Server) socketURL(db string) string {
	q := url.Values{"host": {s.sockets}, "port": {strconv.Itoa(s.port)}}
	u := url.URL{Scheme: "postgres", User: url.UserPassword(Role, s.cluster.password), Path: "/" + db, RawQuery: q.Encode()}
	return u.String()
}

// EnsureDatabase creates the named database unless it exists.
func (s *Server) EnsureDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.socketURL("postgres"))
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var exists bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&exists); err != nil {
		return fmt.Errorf("localpg: look for database %s: %w", name, err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return fmt.Errorf("localpg: create database %s: %w", name, err)
	}
	return nil
}

// PID is the process id of the postmaster.
func (s *Server) PID() int { return s.postmaster.cmd.Process.Pid }

// Done is closed when the server has ended, asked to or not.
func (s *Server) Done() <-chan struct{} { return s.postmaster.exited }

// Stop shuts the server down in the fast way: sessions are ended, everything
// is written, and the directory is free for another owner. When the context
// ends first, the server is stopped at once and recovers at its next start;
// that is an error. Stopping again, or after the server ended by itself,
// does nothing.
func (s *Server) Stop(ctx context.Context) error {
	s.stop.Do(func() {
		s.stopErr = errors.Join(s.postmaster.end(ctx), s.letGo())
	})
	return s.stopErr
}

// letGo gives the directory up after the server has ended.
func (s *Server) letGo() error {
	err := s.dir.Close()
	if s.sockets == "" {
		return err
	}
	// A killed server leaves its socket; the next start uses it again.
	rmErr := os.Remove(s.sockets)
	if errors.Is(rmErr, os.ErrNotExist) || errors.Is(rmErr, syscall.ENOTEMPTY) {
		rmErr = nil
	}
	return errors.Join(err, rmErr)
}
