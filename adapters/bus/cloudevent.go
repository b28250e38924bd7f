package bus

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"loanledger/eventstore"
)

// The headers of an event, by the NATS binding of CloudEvents 1.0 in binary mode. Position, version
// and command are extensions.
const (
	headerSpecVersion = "ce-specversion"
	headerID          = "ce-id"
	headerSource      = "ce-source"
	headerType        = "ce-type"
	headerTime        = "ce-time"
	headerSubject     = "ce-subject"
	headerContentType = "ce-datacontenttype"
	headerSchema      = "ce-dataschema"
	headerPosition    = "ce-position"
	headerVersion     = "ce-version"
	headerCommand     = "ce-command"
)

// ErrNotAnEvent: a message is not an event as the publisher writes it.
var ErrNotAnEvent = errors.New("not an event of the ledger")

var (
	valueSpecVersion = []string{"1.0"}
	valueContentType = []string{"application/json"}
)

// envelope is an event as it goes on the stream: its public data, byte for byte. The sealed part and
// the name of the actor stay in the log. Msg-Id is left out for an event that is published again on
// an operator's demand, since the broker would take it for a double.
func envelope(lender string, e *eventstore.Event, again bool) *nats.Msg {
	id := eventID(e.Book, e.Position)
	h := make(nats.Header, 12)
	h[headerSpecVersion] = valueSpecVersion
	h[headerID] = []string{id}
	h[headerSource] = []string{"/lenders/" + lender + "/books/" + strconv.Itoa(int(e.Book))}
	h[headerType] = []string{e.Type}
	h[headerTime] = []string{e.RecordedAt.UTC().Format(time.RFC3339Nano)}
	h[headerSubject] = []string{e.Stream.String()}
	h[headerContentType] = valueContentType
	h[headerSchema] = []string{schemaURI(e.Type, e.Schema)}
	h[headerPosition] = []string{strconv.FormatInt(int64(e.Position), 10)}
	h[headerVersion] = []string{strconv.Itoa(int(e.Version))}
	h[headerCommand] = []string{e.Command.String()}
	if !again {
		h[jetstream.MsgIDHeader] = []string{id}
	}
	return &nats.Msg{Subject: eventPrefix + lender + "." + e.Type, Header: h, Data: e.Data}
}

// eventID is the identifier of an event on the stream: its book and its position.
func eventID(book eventstore.Book, position eventstore.Position) string {
	return strconv.Itoa(int(book)) + "-" + strconv.FormatInt(int64(position), 10)
}

// parseEventID reads what eventID wrote. Errors: ErrNotAnEvent.
func parseEventID(id string) (eventstore.Book, eventstore.Position, error) {
	left, right, _ := strings.Cut(id, "-")
	book, err := strconv.ParseUint(left, 10, 16)
	if err != nil || book == 0 {
		return 0, 0, fmt.Errorf("%w: its id names no book", ErrNotAnEvent)
	}
	position, err := strconv.ParseInt(right, 10, 64)
	if err != nil || position < 1 || eventID(eventstore.Book(book), eventstore.Position(position)) != id {
		return 0, 0, fmt.Errorf("%w: its id names no position", ErrNotAnEvent)
	}
	return eventstore.Book(book), eventstore.Position(position), nil
}

const schemaScheme = "urn:loanledger:event:"

// schemaURI names the shape of an event's data.
func schemaURI(eventType string, schema int16) string {
	return schemaScheme + eventType + ":" + strconv.Itoa(int(schema))
}

// parseEvent is the event in a message, without what does not leave the log: the sealed part, the
// digest and the actor. Errors: ErrNotAnEvent.
func parseEvent(h nats.Header, data []byte) (eventstore.Event, error) {
	book, position, err := parseEventID(h.Get(headerID))
	if err != nil {
		return eventstore.Event{}, err
	}
	e := eventstore.Event{Book: book, Position: position, Type: h.Get(headerType), Data: data}
	schema, ours := strings.CutPrefix(h.Get(headerSchema), schemaScheme+e.Type+":")
	number, err := strconv.ParseInt(schema, 10, 16)
	if !ours || err != nil || e.Type == "" || number < 1 {
		return e, fmt.Errorf("%w: %s has no schema version", ErrNotAnEvent, h.Get(headerID))
	}
	e.Schema = int16(number)
	version, err := strconv.ParseInt(h.Get(headerVersion), 10, 32)
	if err != nil || version < 1 {
		return e, fmt.Errorf("%w: %s has no version", ErrNotAnEvent, h.Get(headerID))
	}
	e.Version = eventstore.Version(version)
	if e.RecordedAt, err = time.Parse(time.RFC3339Nano, h.Get(headerTime)); err != nil {
		return e, fmt.Errorf("%w: %s has no time", ErrNotAnEvent, h.Get(headerID))
	}
	if e.Stream, err = uuid.Parse(h.Get(headerSubject)); err != nil {
		return e, fmt.Errorf("%w: %s has no stream", ErrNotAnEvent, h.Get(headerID))
	}
	if e.Command, err = uuid.Parse(h.Get(headerCommand)); err != nil {
		return e, fmt.Errorf("%w: %s has no command", ErrNotAnEvent, h.Get(headerID))
	}
	return e, nil
}
