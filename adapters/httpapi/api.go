// Package httpapi is the HTTP API of the ledger.
//
// A command comes in as JSON, becomes a ledger.Request and is carried out by the desk; the answer is
// what the command did. Every command takes one path through this package, whichever route it came
// by. Errors are problem documents (RFC 9457) with stable codes.
package httpapi

import (
	"log/slog"
	"net/http"
	"time"

	"loanledger/adapters/internal/orders"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"
)

// Config is what the API is built from. Everything is needed but Checks.
type Config struct {
	Commands     Commands
	Loans        Loans
	Books        Books
	Directory    Directory
	Log          Log
	Proofs       Proofs
	Certificates Certificates
	Person       Person
	CloseDay     CloseDay
	OpenBooks    OpenBooks
	// Authenticate is whom a bearer token speaks for, and whether it is known.
	Authenticate func(secret string) (Caller, bool)
	Checks       []Check
	Metrics      *prometheus.Registry
	Logger       *slog.Logger
	Version      string // of the service
}

// API is the handler of /v1, /docs, /healthz, /readyz and /metrics. It is safe for concurrent use.
//
// It sets the deadlines of its requests itself; the server that it runs in needs a ReadHeaderTimeout
// and no WriteTimeout.
type API struct {
	Config
	mux        *http.ServeMux
	huma       huma.API
	orders     *orders.Desk
	gauges     *gauges
	patient    map[string]bool // patterns of the routes that may take long
	targeted   map[targetPath]*commandRoute
	operations []*huma.Operation // in the order in which they are documented
	document   []byte            // the OpenAPI document

	commandTime  time.Duration // for any request that is not patient
	positionTime time.Duration // to wait for min_position
}

// Bounds of a request.
const (
	commandTime  = 30 * time.Second
	positionTime = 5 * time.Second
)

// New builds the API.
func New(c Config) *API {
	problemsForHuma()
	a := &API{
		Config: c, mux: http.NewServeMux(), gauges: newGauges(c.Metrics),
		patient: map[string]bool{}, targeted: map[targetPath]*commandRoute{}, commandTime: commandTime, positionTime: positionTime,
	}
	a.orders = orders.NewDesk(counted{c.Commands, a.gauges}, c.Directory)
	a.huma = huma.NewAPI(openAPIConfig(c.Version), documenter{humago.NewAdapter(a.mux, "")})
	a.registerLenders()
	a.registerBooks()
	a.registerCommands()
	a.registerBulk()
	a.registerLoans()
	a.registerBorrowers()
	a.registerCertificates()
	a.registerEvents()
	a.registerLog()
	a.registerProblems()
	a.registerHealth()
	a.publishDocument()
	a.registerDocs()
	return a
}
