package tree

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Consistency shows that a log of one size is the beginning of the same log at a later size.
type Consistency struct {
	From     int64          `json:"from"`
	To       int64          `json:"to"`
	FromRoot tlog.Hash      `json:"from_root"`
	ToRoot   tlog.Hash      `json:"to_root"`
	Path     tlog.TreeProof `json:"path"`
}

// ProveConsistency is the proof between two sizes, 1 or more, the second not smaller than the first.
// hashes reads those of a tree that has the second size at least.
func ProveConsistency(from, to int64, hashes tlog.HashReader) (c Consistency, err error) {
	c = Consistency{From: from, To: to}
	if c.FromRoot, err = tlog.TreeHash(from, hashes); err != nil {
		return c, err
	}
	if c.ToRoot, err = tlog.TreeHash(to, hashes); err != nil {
		return c, err
	}
	c.Path, err = tlog.ProveTree(to, from, hashes)
	return c, err
}

// Check holds the proof against its roots, which the caller compares with those of checkpoints.
// Errors: ErrProof.
func (c Consistency) Check() error {
	if err := tlog.CheckTree(c.Path, c.To, c.ToRoot, c.From, c.FromRoot); err != nil {
		return fmt.Errorf("%w: the log of %d events does not begin with the one of %d", ErrProof, c.To, c.From)
	}
	return nil
}
