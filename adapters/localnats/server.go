// Package localnats runs a NATS server with JetStream inside this process, for
// the dev command and for tests. Each message is synced before it is
// acknowledged, so that what JetStream took survives a killed process.
//
// A directory that was given as Options.Dir holds:
//
//	jetstream/    the streams
//	owner.lock    locked by the owner, with its process id inside
//	password      the password of the user loanledger, mode 0600
//	port          the TCP port of the last start
package localnats

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"loanledger/adapters/internal/localdir"
)

// User is the name of the only user of a server.
const User = "loanledger"

// MaxPayload is the size of the largest message in bytes. Events are small and
// documents travel in chunks, so the usual megabyte is plenty.
const MaxPayload = 1 << 20

// maxMemory bounds streams that are kept in memory; the ledger has none.
const maxMemory = 256 << 20

// ErrOwned says that another process owns the directory.
var ErrOwned = localdir.ErrOwned

// ErrPort says that the wanted port belongs to another process.
var ErrPort = errors.New("the port is taken")

// Options say where a server keeps its streams and where it listens.
type Options struct {
	// Dir is the directory of the server; it is made where missing.
	Dir string

	// Port is the TCP port to listen on. 0 takes the port of the last start if
	// that is free, else another.
	Port int

	// Log takes what the server has to say; nil drops it.
	Log *slog.Logger
}

// Server is a running server in this process.
type Server struct {
	dir      *localdir.Dir
	nats     *server.Server
	password string
	port     int

	stop    sync.Once
	stopErr error
}

// Start starts a server on 127.0.0.1 and returns once it takes connections.
// ErrOwned says that the directory has a living owner, ErrPort that the port
// in the options is taken.
func Start(o Options) (*Server, error) {
	dir, err := localdir.Open(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("localnats: %w", err)
	}
	s := &Server{dir: dir}
	if err := s.start(o); err != nil {
		return nil, errors.Join(fmt.Errorf("localnats: %w", err), dir.Close())
	}
	return s, nil
}

func (s *Server) start(o Options) (err error) {
	if s.password, err = s.dir.Secret("password", false); err != nil {
		return err
	}
	if s.port = o.Port; s.port == 0 {
		if s.port, err = s.dir.Port(); err != nil {
			return err
		}
	}
	// Between the choice of a free port and the listening another process may
	// be faster; twice in a row it hardly is.
	for attempt := 1; ; attempt++ {
		err = s.listen(o.Log)
		if err == nil {
			break
		}
		if !errors.Is(err, ErrPort) || o.Port != 0 || attempt == 5 {
			return err
		}
		if s.port, err = localdir.FreePort(); err != nil {
			return err
		}
	}
	if err := s.dir.NotePort(s.port); err != nil {
		s.shutDown()
		return err
	}
	return nil
}

// startTime bounds the recovery of the streams at a start.
const startTime = 2 * time.Minute

func (s *Server) listen(log *slog.Logger) error {
	nats, err := server.NewServer(&server.Options{
		ServerName:         "loanledger",
		Host:               "127.0.0.1",
		Port:               s.port,
		Username:           User,
		Password:           s.password,
		MaxPayload:         MaxPayload,
		JetStream:          true,
		StoreDir:           s.dir.Path(), // the server adds jetstream/
		JetStreamMaxMemory: maxMemory,
		SyncAlways:         true,
		NoSigs:             true, // signals are the program's business
	})
	if err != nil {
		return err
	}
	s.nats = nats
	failed := make(chan string, 1)
	nats.SetLoggerV2(&logger{log: log, failed: failed}, false, false, false)
	nats.Start()
	ready := make(chan bool, 1)
	go func() { ready <- nats.ReadyForConnections(startTime) }()
	select {
	case reason := <-failed:
		s.shutDown()
		if strings.Contains(reason, "address already in use") {
			return fmt.Errorf("%w: %s", ErrPort, reason)
		}
		return errors.New(reason)
	case ok := <-ready:
		if !ok {
			s.shutDown()
			return fmt.Errorf("the server in %s takes no connections after %s", s.dir.Path(), startTime)
		}
		return nil
	}
}

func (s *Server) shutDown() {
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
}

// URL is how any client on this machine reaches the server, with the password
// inside, so it is a secret of this user.
func (s *Server) URL() string {
	u := url.URL{
		Scheme: "nats",
		User:   url.UserPassword(User, s.password),
		Host:   net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)),
	}
	return u.String()
}

// Stop closes all connections, writes everything and gives the directory up.
// Stopping again does nothing.
func (s *Server) Stop() error {
	s.stop.Do(func() {
		s.shutDown()
		s.stopErr = s.dir.Close()
	})
	return s.stopErr
}
