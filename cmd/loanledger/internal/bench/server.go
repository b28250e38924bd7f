package bench

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"loanledger/adapters/access"
	"loanledger/adapters/httpapi"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/eventstore/tree"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
)

// endpoint is an HTTP server on this machine, and a client with a connection for each worker.
type endpoint struct {
	url    string
	token  string
	client *http.Client
	server *http.Server
}

func listen(handler http.Handler, clients int) (*endpoint, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{MaxIdleConns: clients, MaxIdleConnsPerHost: clients, DisableCompression: true}
	e := &endpoint{
		url: "http://" + listener.Addr().String(), client: &http.Client{Transport: transport},
		server: &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)},
	}
	go e.server.Serve(listener) // it ends with close, and whoever asks it notices an earlier end
	return e, nil
}

func (e *endpoint) close() {
	_ = e.server.Close()
	e.client.CloseIdleConnections()
}

// serveAPI serves the API of the ledger, with a token for a service.
func (r *rig) serveAPI(clients int) (*endpoint, error) {
	secret, entry, err := access.NewToken(access.Service, "bench", []string{access.AllLenders})
	if err != nil {
		return nil, err
	}
	tokens, err := access.Of(entry)
	if err != nil {
		return nil, err
	}
	e, err := listen(httpapi.New(httpapi.Config{
		Commands: r.desk, Loans: r.desk, Books: r.desk, Directory: r.desk.Lenders(), Log: r.store, Certificates: noPapers{},
		Person:   func(context.Context, uuid.UUID) (borrower.Person, bool, error) { return borrower.Person{}, false, nil },
		CloseDay: func(context.Context, string, date.Date, func(date.Date, int)) error { return errNotHere },
		Authenticate: func(secret string) (httpapi.Caller, bool) {
			p, known := tokens.Authenticate(secret)
			return httpapi.Caller{Name: p.Name, Role: p.Role, May: p.May}, known
		},
		Metrics: prometheus.NewRegistry(), Logger: r.logger, Version: "bench",
	}), clients)
	if err != nil {
		return nil, err
	}
	e.token = secret
	return e, nil
}

var errNotHere = errors.New("the benchmark does not do that")

// noPapers knows no certificate.
type noPapers struct{}

func (noPapers) Certificate(context.Context, string) (borrower.DebtCleared, error) {
	return borrower.DebtCleared{}, httpapi.ErrNoCertificate
}

func (noPapers) RenderCertificate(context.Context, string, bool) ([]byte, error) {
	return nil, httpapi.ErrNoCertificate
}

func (noPapers) ProveCertificate(context.Context, string) (tree.Proof, error) {
	return tree.Proof{}, httpapi.ErrNoCertificate
}

// echo answers JSON with the same JSON, read and written anew, and knows nothing else.
func echo(w http.ResponseWriter, r *http.Request) {
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		http.Error(w, "not JSON", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(body); err != nil {
		panic(http.ErrAbortHandler)
	}
}
