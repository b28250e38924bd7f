package tree

import "errors"

// Errors of whoever keeps a tree.
var (
	// ErrBeyond: the log is not that long.
	ErrBeyond = errors.New("the log does not reach that far")
	// ErrUncovered: no checkpoint covers the position yet. A little later one will.
	ErrUncovered = errors.New("no checkpoint covers this position yet")
	// ErrNoCheckpoint: no checkpoint was signed at that size.
	ErrNoCheckpoint = errors.New("no checkpoint was signed at that size")
)
