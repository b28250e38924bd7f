package archive

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// formatName and formatVersion are what the first line says of the format. A reader refuses others.
const (
	formatName    = "loanledger archive"
	formatVersion = 1
)

// line is any line of a file; which fields are there says which one it is.
type line struct {
	Archive *headerLine  `json:"archive"`
	Batch   *batchLine   `json:"batch"`
	End     *trailerLine `json:"end"`
	eventLine
}

type headerLine struct {
	Name    string              `json:"name"`
	Version int                 `json:"version"`
	Book    eventstore.Book     `json:"book"`
	First   eventstore.Position `json:"first"`
	Last    eventstore.Position `json:"last"`
	Before  string              `json:"before"`
}

type batchLine struct {
	First      eventstore.Position `json:"first"`
	Last       eventstore.Position `json:"last"`
	Epoch      int64               `json:"epoch"`
	RecordedAt time.Time           `json:"recorded_at"`
	Chain      string              `json:"chain"`
}

type trailerLine struct {
	Events  int64  `json:"events"`
	Batches int64  `json:"batches"`
	SHA256  string `json:"sha256"`
}

// eventLine has the data as it is where it can stand in a line, and in base64 where it cannot.
type eventLine struct {
	Position   eventstore.Position `json:"position"`
	RecordedAt time.Time           `json:"recorded_at"`
	Stream     uuid.UUID           `json:"stream"`
	Version    eventstore.Version  `json:"version"`
	Type       string              `json:"type"`
	Schema     int16               `json:"schema"`
	Command    uuid.UUID           `json:"command"`
	Digest     string              `json:"digest"`
	Actor      string              `json:"actor"`
	Data       json.RawMessage     `json:"data"`
	Data64     *string             `json:"data64"`
	Personal   *string             `json:"personal64"`
}

// appendEvent adds the line of an event.
func appendEvent(b []byte, e *eventstore.Event) []byte {
	b = fmt.Appendf(b, `{"position":%d,"recorded_at":%q,"stream":%q,"version":%d,"type":`,
		e.Position, e.RecordedAt.UTC().Format(time.RFC3339Nano), e.Stream, e.Version)
	b = appendText(b, e.Type)
	b = fmt.Appendf(b, `,"schema":%d,"command":%q,"digest":"%x","actor":`, e.Schema, e.Command, e.Digest)
	b = appendText(b, e.Actor)
	if standsInLine(e.Data) {
		b = append(append(b, `,"data":`...), e.Data...)
	} else {
		b = append(base64.StdEncoding.AppendEncode(append(b, `,"data64":"`...), e.Data), '"')
	}
	if e.Personal != nil {
		b = append(base64.StdEncoding.AppendEncode(append(b, `,"personal64":"`...), e.Personal), '"')
	}
	return append(b, '}', '\n')
}

func appendText(b []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(err) // no string does that
	}
	return append(b, quoted...)
}

// standsInLine says whether reading a line gives back exactly these bytes: JSON, without white space
// around it and without an end of line in it.
func standsInLine(data []byte) bool {
	return len(data) > 0 && len(bytes.TrimSpace(data)) == len(data) && !bytes.ContainsAny(data, "\r\n") &&
		utf8.Valid(data) && json.Valid(data)
}

// event is the event of a line.
func (l *eventLine) event(book eventstore.Book) (*eventstore.Event, error) {
	e := &eventstore.Event{
		Book: book, Position: l.Position, Stream: l.Stream, Version: l.Version, Type: l.Type, Schema: l.Schema,
		RecordedAt: l.RecordedAt.UTC(), Command: l.Command, Actor: l.Actor, Data: l.Data,
	}
	digest, err := hex.DecodeString(l.Digest)
	if err != nil || len(digest) != len(e.Digest) {
		return nil, fmt.Errorf("%w: position %d: the digest", ErrDamaged, l.Position)
	}
	e.Digest = eventstore.Digest(digest)
	if (l.Data == nil) == (l.Data64 == nil) {
		return nil, fmt.Errorf("%w: position %d: the data", ErrDamaged, l.Position)
	}
	if l.Data64 != nil {
		if e.Data, err = decode64(*l.Data64); err != nil {
			return nil, fmt.Errorf("%w: position %d: the data", ErrDamaged, l.Position)
		}
	}
	if l.Personal != nil {
		if e.Personal, err = decode64(*l.Personal); err != nil {
			return nil, fmt.Errorf("%w: position %d: the sealed part", ErrDamaged, l.Position)
		}
	}
	return e, nil
}

// decode64 never answers nil without an error: empty is not absent.
func decode64(s string) ([]byte, error) {
	b := make([]byte, base64.StdEncoding.DecodedLen(len(s)))
	n, err := base64.StdEncoding.Strict().Decode(b, []byte(s))
	return b[:n], err
}

func (l *batchLine) batch() (*Batch, error) {
	chain, err := hex.DecodeString(l.Chain)
	if err != nil || len(chain) != 32 {
		return nil, fmt.Errorf("%w: the chain of the batch of positions %d to %d", ErrDamaged, l.First, l.Last)
	}
	return &Batch{l.First, l.Last, l.Epoch, l.RecordedAt.UTC(), chain}, nil
}
