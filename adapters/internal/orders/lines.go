package orders

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"

	"loanledger/adapters/internal/faults"
)

// Lines cuts a stream into lines of bounded length.
type Lines struct {
	from *bufio.Reader
	nr   int
}

var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, MaxLine+2) }}

// NewLines cuts what a reader gives.
func NewLines(r io.Reader) *Lines {
	from := readers.Get().(*bufio.Reader)
	from.Reset(r)
	return &Lines{from: from}
}

// Free gives the memory of the lines to others. Nothing may be read any more.
func (l *Lines) Free() {
	l.from.Reset(nil)
	readers.Put(l.from)
	l.from = nil
}

// Next is the next line that is not empty, with its number from 1; it stays valid until the next call.
// A line that is too long is passed over: it comes as line_too_long, and the next call goes on after
// it. Errors: io.EOF at the end, line_too_long, body_unread.
func (l *Lines) Next() (int, []byte, error) {
	for {
		data, err := l.from.ReadSlice('\n')
		l.nr++
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return l.nr, nil, l.passOver()
		case err != nil && !errors.Is(err, io.EOF):
			return l.nr, nil, faults.Unread
		}
		if data = bytes.TrimSpace(data); len(data) > MaxLine {
			return l.nr, nil, faults.LineTooLong
		}
		if len(data) > 0 {
			return l.nr, data, nil
		}
		if err != nil {
			return l.nr, nil, io.EOF
		}
	}
}

// passOver reads to the end of a line.
func (l *Lines) passOver() error {
	for {
		switch _, err := l.from.ReadSlice('\n'); {
		case err == nil, errors.Is(err, io.EOF):
			return faults.LineTooLong
		case !errors.Is(err, bufio.ErrBufferFull):
			return faults.Unread
		}
	}
}
