package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// StreamName is the JetStream stream of the ledger's events.
const StreamName = "LEDGER"

const (
	eventSubjects = "ledger.evt.>"
	eventPrefix   = "ledger.evt."
	// leastDuplicates is the shortest window in which the broker has to know a message again. A
	// publisher that died has its last messages arrive within it, if they do at all.
	leastDuplicates = 2 * time.Minute
)

// ErrBroker: the broker cannot take events in their order. It is older than NATS 2.14, or forbids it.
var ErrBroker = errors.New("the broker does not offer fast batch publishing: NATS 2.14 or newer is needed")

// EnsureStream makes the stream of events, or brings it up to what the publisher needs. What an
// operator has set beyond that, such as limits or the number of replicas, is left as it is; a new
// stream is kept in files and has no limits. Errors: ErrBroker, or those of JetStream.
func EnsureStream(ctx context.Context, js jetstream.JetStream) (jetstream.Stream, error) {
	stream, err := js.Stream(ctx, StreamName)
	switch {
	case errors.Is(err, jetstream.ErrStreamNotFound):
		stream, err = js.CreateStream(ctx, needed(jetstream.StreamConfig{
			Name: StreamName, Storage: jetstream.FileStorage, Description: "Events of the loan ledger, in the order of each book.",
		}))
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			return EnsureStream(ctx, js) // another process was first
		}
	case err == nil && lacks(stream.CachedInfo().Config):
		stream, err = js.UpdateStream(ctx, needed(stream.CachedInfo().Config))
	}
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", StreamName, err)
	}
	if !stream.CachedInfo().Config.AllowBatchPublish {
		return nil, fmt.Errorf("stream %s: %w", StreamName, ErrBroker)
	}
	return stream, nil
}

// needed is a configuration with what the publisher cannot do without.
func needed(c jetstream.StreamConfig) jetstream.StreamConfig {
	if !slices.Contains(c.Subjects, eventSubjects) {
		c.Subjects = append(c.Subjects, eventSubjects)
	}
	c.Duplicates = max(c.Duplicates, leastDuplicates)
	c.AllowBatchPublish = true
	return c
}

func lacks(c jetstream.StreamConfig) bool {
	return !slices.Contains(c.Subjects, eventSubjects) || c.Duplicates < leastDuplicates || !c.AllowBatchPublish
}

// lenderSubjects is every event of a lender.
func lenderSubjects(lender string) string { return eventPrefix + lender + ".>" }

// subjectToken reports whether a text can be one part of a subject.
func subjectToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || r == '.' || r == '*' || r == '>'
	})
}
