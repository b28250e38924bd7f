// Package bus connects the ledger to NATS: it publishes the log as CloudEvents on JetStream, serves
// the catalogue's commands as a NATS micro service, and runs the reactors that act on events.
//
// Postgres is the truth and the stream is a copy of the log. The publisher therefore keeps no outbox:
// it reads the log behind its place, and its place is what the stream itself ends with. The log goes
// through without a gap because the broker is asked to take a run of messages in their order or not
// at all from the first one that it misses (fast batch publishing, NATS 2.14), and without a double
// because a run only begins where the stream ends as the publisher saw it.
package bus
