package eventstore

import (
	"errors"
	"time"

	"github.com/google/uuid"
)

// Errors of an execution, beside those of the log.
var (
	// ErrKeyReused: the command id was used before, for another command.
	ErrKeyReused = errors.New("the command id was used for another command")
	// ErrVersionMismatch: a stream does not have the version that the request demands.
	ErrVersionMismatch = errors.New("the stream does not have the version that was asked for")
	// ErrNoSealer: an event has personal data and the executor has nothing to seal it with.
	ErrNoSealer = errors.New("personal data without a sealer")
)

// Request is who asks for what, in which book. The command itself is in the decision's closure.
type Request struct {
	Book    Book
	Command uuid.UUID // the idempotency key: one id, one command, for ever
	Digest  Digest    // of the command's name and body
	Actor   string
	// IfVersion holds the versions that streams must have, or ErrVersionMismatch. The decision has to
	// load each of them. A command that was applied before is answered first.
	IfVersion map[uuid.UUID]Version
	// Preview decides and answers, and appends nothing.
	Preview bool
}

// Recorded is an event with the fact that it was decoded to. Fact is nil where nobody knew the
// stream's family (see WithDecoder). In a preview the event has no position.
type Recorded struct {
	Event
	Fact any
}

// StreamResult is what a command added to one stream.
type StreamResult struct {
	Stream  uuid.UUID
	Version Version // the stream's version after the command
	Events  []Recorded
}

// Result is what a command did. First and Last are 0 where nothing was appended.
type Result struct {
	Replayed    bool // the command had been applied before; this is its first result
	First, Last Position
	RecordedAt  time.Time
	Streams     []StreamResult // those that got events, in the order of their positions

	written []*loaded // what was appended just now, with the states after it
}

// Stream is what the command added to a stream; the zero value where that is nothing.
func (r *Result) Stream(id uuid.UUID) StreamResult {
	for i := range r.Streams {
		if r.Streams[i].Stream == id {
			return r.Streams[i]
		}
	}
	return StreamResult{}
}

// Refusal is a fact that says why its command was refused, such as a wrong signing code that counts
// as a try. Such facts are appended like any other, and Refusal's error is then returned beside the
// result, the first time and whenever the command is repeated: the refusal is in the log.
type Refusal interface {
	Refusal() error
}

// refusal is the first error that the facts of a result speak of.
func (r *Result) refusal() error {
	for i := range r.Streams {
		for j := range r.Streams[i].Events {
			if f, ok := r.Streams[i].Events[j].Fact.(Refusal); ok {
				if err := f.Refusal(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
