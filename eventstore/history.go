package eventstore

import (
	"sync"

	"github.com/google/uuid"
)

// applied is a command that a stream has events of.
type applied struct {
	command  uuid.UUID
	digest   Digest
	position Position // of its first event in the stream
}

// history is which commands a stream has taken. It is shared by all cached states of the stream and
// only ever grows: what the log says once, it says for ever.
type history struct {
	mu       sync.Mutex
	upTo     Version
	commands []applied
	index    map[uuid.UUID]int // only once there are too many to look at each
}

const (
	historyScan       = 48  // the number of commands up to which looking at each is quicker
	historyEntryBytes = 104 // an applied, with its share of the index
)

// extend takes the events after the known version; older ones are passed over.
func (h *history) extend(events []Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range events {
		e := &events[i]
		if e.Version <= h.upTo {
			continue
		}
		h.upTo = e.Version
		h.add(applied{e.Command, e.Digest, e.Position})
	}
}

// note takes a command whose events bring the stream to a version, right after the known one.
func (h *history) note(upTo Version, a applied) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if upTo > h.upTo {
		h.upTo = upTo
		h.add(a)
	}
}

// add takes a command, unless it is the one that was taken last. The caller holds the mutex.
func (h *history) add(a applied) {
	if n := len(h.commands); n > 0 && h.commands[n-1].command == a.command {
		return
	}
	h.commands = append(h.commands, a)
	switch {
	case h.index != nil:
		h.index[a.command] = len(h.commands) - 1
	case len(h.commands) > historyScan:
		h.index = make(map[uuid.UUID]int, 2*len(h.commands))
		for i := range h.commands {
			h.index[h.commands[i].command] = i
		}
	}
}

func (h *history) find(command uuid.UUID) (applied, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.index != nil {
		i, ok := h.index[command]
		if !ok {
			return applied{}, false
		}
		return h.commands[i], true
	}
	for i := len(h.commands) - 1; i >= 0; i-- {
		if h.commands[i].command == command {
			return h.commands[i], true
		}
	}
	return applied{}, false
}

func (h *history) bytes() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.commands) * historyEntryBytes
}
