package eventstore

import (
	"context"
	"fmt"

	"github.com/google/uuid"
)

// LoadState is the state and the version of a stream, outside a command. It holds every append that
// was acknowledged before the call.
func LoadState[S any](ctx context.Context, x *Executor, f *Family[S], book Book, stream uuid.UUID) (S, Version, error) {
	at, _, err := x.fold(ctx, streamKey{book, stream}, f, true)
	state, _ := at.state.(S)
	return state, at.version, err
}

// LoadAt is the state of a stream as it was at a version, or at its last one if that is lower; the
// version that it really has comes with it.
func LoadAt[S any](ctx context.Context, x *Executor, f *Family[S], book Book, stream uuid.UUID, upTo Version) (S, Version, error) {
	var state S
	at, known := x.cache.get(streamKey{book, stream}, f)
	if known && at.version == upTo {
		state, _ = at.state.(S) // a version never changes, so the log need not be asked
		return state, upTo, nil
	}
	if !known || at.version > upTo {
		at = folded{}
	}
	events, err := x.log.ReadStream(ctx, book, stream, at.version)
	if err != nil {
		return state, 0, err
	}
	events = events[:min(len(events), max(0, int(upTo-at.version)))]
	after, err := f.foldEvents(at.state, events)
	if err != nil {
		return state, 0, err
	}
	state, _ = after.(S)
	return state, at.version + Version(len(events)), nil
}

// LoadAfter is the state of a stream as a command left it, and its version then. The log is asked only
// where the command had been applied before.
func LoadAfter[S any](ctx context.Context, x *Executor, f *Family[S], book Book, r *Result, stream uuid.UUID) (S, Version, error) {
	for _, l := range r.written {
		if l.stream == stream && l.base.family == folder(f) {
			state, _ := l.state.(S)
			return state, l.base.version + Version(len(l.events)), nil
		}
	}
	return LoadAt(ctx, x, f, book, stream, r.Stream(stream).Version)
}

// fold is the state of a stream: the remembered one, or, where there is none or the latest is
// demanded, with what the log has beyond it. The second answer says whether the log was asked.
func (x *Executor) fold(ctx context.Context, key streamKey, family folder, latest bool) (folded, bool, error) {
	at, known := x.cache.get(key, family)
	if known && !latest {
		return at, false, nil
	}
	if !known {
		at = folded{family: family, history: &history{}}
	}
	events, err := x.log.ReadStream(ctx, key.book, key.stream, at.version)
	if err != nil {
		return folded{}, true, err
	}
	if len(events) == 0 {
		return at, true, nil
	}
	if first := events[0].Version; first != at.version+1 {
		return folded{}, true, fmt.Errorf("stream %s: version %d follows %d", key.stream, first, at.version)
	}
	if at.state, err = family.foldEvents(at.state, events); err != nil {
		return folded{}, true, err
	}
	at.version += Version(len(events))
	at.history.extend(events)
	x.cache.put(key, at)
	return at, true, nil
}
