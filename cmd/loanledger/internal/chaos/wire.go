package chaos

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"loanledger/domain/ident"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

// The parts that a process of the campaign can have.
const (
	writerRole   = "writer"   // appends, and runs decisions of the campaign's own accounts
	deskRole     = "desk"     // carries loan commands out
	followerRole = "follower" // reads along
	keeperRole   = "keeper"   // publishes, projects, builds trees and signs them
	brokerRole   = "broker"   // is the NATS server
)

// briefing is the first line that a process is told.
type briefing struct {
	Role     string    `json:"role"`
	Name     string    `json:"name"`
	Database string    `json:"database,omitempty"`
	Broker   string    `json:"broker,omitempty"`
	Dir      string    `json:"dir,omitempty"` // of the broker
	Master   string    `json:"master,omitempty"`
	Books    []openTo  `json:"books,omitempty"`
	Day      time.Time `json:"day,omitzero"` // the calendar date of the loans, as the desk's clock has it
	Cache    int       `json:"cache"`        // bytes for the states of an executor
	Skew     int       `json:"skew"`         // milliseconds by which the process's clock is wrong
}

// openTo is a book and whose it is.
type openTo struct {
	Book   eventstore.Book `json:"book"`
	Lender string          `json:"lender"`
	Loans  bool            `json:"loans"` // it holds loans, not the campaign's accounts
}

// The kinds of orders.
const (
	executeOrder = "execute" // a decision, through an executor
	appendOrder  = "append"  // read, decide and append by hand, once
	freshOrder   = "fresh"   // append to accounts that are not there yet, without reading anything
	markOrder    = "mark"    // append to a register, on the version that the process last saw
	lookOrder    = "look"    // read a register
	loanOrder    = "command" // a loan command, through the desk
	closeOrder   = "close"   // end the open business date of a lender
)

// order is an operation that a process is to carry out. What it comes to does not depend on Nr or
// Cancel: the same order given twice is the same command.
type order struct {
	Nr     int64           `json:"nr"`
	Kind   string          `json:"kind"`
	Book   eventstore.Book `json:"book"`
	Key    string          `json:"key,omitempty"`
	Legs   []leg           `json:"legs,omitempty"`
	Guards []int           `json:"guards,omitempty"` // accounts
	Era    bool            `json:"era,omitempty"`    // begin another one
	Pad    int             `json:"pad,omitempty"`    // bytes that each event carries along
	Name   string          `json:"name,omitempty"`   // of a loan command
	Target uuid.UUID       `json:"target,omitzero"`
	Body   json.RawMessage `json:"body,omitempty"`
	Lender string          `json:"lender,omitempty"`
	Wrong  bool            `json:"wrong,omitempty"` // sign with a wrong code

	Cancel int64 `json:"cancel,omitempty"` // microseconds until the caller gives up; 0 for never
}

// leg is what an order adds to an account.
type leg struct {
	Account int   `json:"account"`
	Amounts []int `json:"amounts"` // one for each event
}

// command is the id of an order's command in the log, where the campaign chooses it.
func (o *order) command() uuid.UUID { return ident.Derive(ident.Book(o.Book), "chaos", []byte(o.Key)) }

// digest stands for what an order says.
func (o *order) digest() eventstore.Digest {
	said := *o
	said.Nr, said.Cancel = 0, 0
	text, err := json.Marshal(said)
	if err != nil {
		panic("chaos: an order cannot be written: " + err.Error())
	}
	return sha256.Sum256(text)
}

// events is how many events an order is to add.
func (o *order) events() int {
	n := 0
	for _, l := range o.Legs {
		n += len(l.Amounts)
	}
	return n
}

// accountOf is the stream of an account.
func accountOf(b eventstore.Book, number int) uuid.UUID {
	return ident.Derive(ident.Book(b), "account", fmt.Append(nil, number))
}

// The ways an order can end.
const (
	done    = "done"
	refused = "refused" // for certain: nothing of this try is in the log
	unclear = "unknown" // it may be there
)

// answer is how an order ended.
type answer struct {
	Nr         int64               `json:"nr"`
	Status     string              `json:"status"`
	Code       string              `json:"code,omitempty"` // why it was refused
	Detail     string              `json:"detail,omitempty"`
	Replayed   bool                `json:"replayed,omitempty"`
	First      eventstore.Position `json:"first,omitempty"`
	Last       eventstore.Position `json:"last,omitempty"`
	RecordedAt time.Time           `json:"recorded_at,omitzero"`
	Sum        string              `json:"sum,omitempty"`     // of the events, as the process knows them
	Version    eventstore.Version  `json:"version,omitempty"` // of a register: seen, or expected
	Body       json.RawMessage     `json:"body,omitempty"`    // of a loan command
}

// sight is a stretch of a book that a follower saw.
type sight struct {
	Book  eventstore.Book     `json:"book"`
	First eventstore.Position `json:"first"`
	Last  eventstore.Position `json:"last"`
	Sum   string              `json:"sum"`
}

// line is what a process says: one of its fields.
type line struct {
	Ready  bool    `json:"ready,omitempty"`
	URL    string  `json:"url,omitempty"` // of a broker that is ready
	Answer *answer `json:"answer,omitempty"`
	Sight  *sight  `json:"sight,omitempty"`
}

// sumOf is a digest of everything that the log says of events.
func sumOf(events []eventstore.Event) string {
	h := sha256.New()
	for i := range events {
		writeSum(h, &events[i])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// sumOfOne is sumOf for one event.
func sumOfOne(e *eventstore.Event) string {
	h := sha256.New()
	writeSum(h, e)
	return hex.EncodeToString(h.Sum(nil))
}

func writeSum(h interface{ Write([]byte) (int, error) }, e *eventstore.Event) {
	_, _ = fmt.Fprintf(h, "%d %d %s %d %q %d %d %s %x %q %d %t %d\n", e.Book, e.Position, e.Stream, e.Version, e.Type, e.Schema,
		e.RecordedAt.UnixMicro(), e.Command, e.Digest, e.Actor, len(e.Data), e.Personal != nil, len(e.Personal))
	_, _ = h.Write(e.Data)
	_, _ = h.Write(e.Personal)
}
