package localnats

import (
	"fmt"
	"log/slog"
)

// logger passes on what matters to someone who runs the ledger. The server
// calls Fatalf when it cannot go on, and expects that the process ends; here
// it is the start that fails.
type logger struct {
	log    *slog.Logger
	failed chan<- string
}

func (l *logger) say(level func(*slog.Logger, string, ...any), format string, v []any) {
	if l.log != nil {
		level(l.log, "nats server", "message", fmt.Sprintf(format, v...))
	}
}

func (l *logger) Noticef(format string, v ...any) { l.say((*slog.Logger).Debug, format, v) }
func (l *logger) Warnf(format string, v ...any)   { l.say((*slog.Logger).Warn, format, v) }
func (l *logger) Errorf(format string, v ...any)  { l.say((*slog.Logger).Error, format, v) }
func (l *logger) Debugf(string, ...any)           {}
func (l *logger) Tracef(string, ...any)           {}

func (l *logger) Fatalf(format string, v ...any) {
	l.say((*slog.Logger).Error, format, v)
	select {
	case l.failed <- fmt.Sprintf(format, v...):
	default: // the first reason is told already
	}
}
