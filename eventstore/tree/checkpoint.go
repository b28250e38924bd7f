package tree

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"loanledger/eventstore"
)

// Errors of checkpoints.
var (
	// ErrCheckpoint: the text is not a checkpoint.
	ErrCheckpoint = errors.New("not a checkpoint")
	// ErrSignature: no known key of the log has signed the checkpoint.
	ErrSignature = errors.New("no signature by a known key of this log")
)

// originPrefix is what the origins of all books begin with.
const originPrefix = "loanledger/"

// Origin is the name of a book's log, and of its keys.
func Origin(lender string, book eventstore.Book) string {
	return originPrefix + lender + "/" + strconv.Itoa(int(book))
}

// ParseOrigin is the reverse of Origin. Errors: ErrCheckpoint.
func ParseOrigin(origin string) (lender string, book eventstore.Book, err error) {
	lender, number, found := strings.Cut(strings.TrimPrefix(origin, originPrefix), "/")
	n, err := strconv.ParseUint(number, 10, 16)
	if err != nil || !found || lender == "" || Origin(lender, eventstore.Book(n)) != origin {
		return "", 0, fmt.Errorf("%w: its origin is no book", ErrCheckpoint)
	}
	return lender, eventstore.Book(n), nil
}

// Head is what a checkpoint says: of which log, how many leaves, and the root over them.
type Head struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// text is the signed text.
func (h Head) text() string { return fmt.Sprintf("%s\n%d\n%s\n", h.Origin, h.Size, h.Root) }

// Sign is a checkpoint of the head, signed by every one of the keys.
func (h Head) Sign(signers ...note.Signer) (string, error) {
	signed, err := note.Sign(&note.Note{Text: h.text()}, signers...)
	return string(signed), err
}

// OpenCheckpoint reads a checkpoint that one of the keys has signed in the name of its origin, and
// answers what it says with the keys whose signatures are right. Signatures of other keys, such as
// witnesses', are passed over. Errors: ErrCheckpoint, ErrSignature.
func OpenCheckpoint(text string, keys note.Verifiers) (Head, []note.Signature, error) {
	head, err := ReadCheckpoint(text)
	if err != nil {
		return head, nil, err
	}
	n, err := note.Open([]byte(text), keys)
	if err != nil {
		return head, nil, fmt.Errorf("%w: %w", ErrSignature, err)
	}
	var signatures []note.Signature
	for _, s := range n.Sigs {
		if s.Name == head.Origin {
			signatures = append(signatures, s)
		}
	}
	if len(signatures) == 0 {
		return head, nil, fmt.Errorf("%w: the keys are of another log than %s", ErrSignature, head.Origin)
	}
	return head, signatures, nil
}

// ReadCheckpoint reads what a checkpoint says without looking at its signatures. Errors:
// ErrCheckpoint.
func ReadCheckpoint(text string) (Head, error) {
	body, _, signed := strings.Cut(text, "\n\n")
	lines := strings.SplitN(body, "\n", 4)
	if !signed || len(lines) < 3 || lines[0] == "" {
		return Head{}, ErrCheckpoint
	}
	h := Head{Origin: lines[0]}
	var err error
	if h.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || h.Size < 0 || strconv.FormatInt(h.Size, 10) != lines[1] {
		return Head{}, fmt.Errorf("%w: its size is none", ErrCheckpoint)
	}
	if h.Root, err = tlog.ParseHash(lines[2]); err != nil || h.Root.String() != lines[2] {
		return Head{}, fmt.Errorf("%w: its root is no hash", ErrCheckpoint)
	}
	return h, nil
}

// Checkpoint is a signed head as it is kept.
type Checkpoint struct {
	Head
	Book     eventstore.Book
	Number   int64 // from 1, without gaps, in the order of signing; the size never decreases
	Note     string
	SignedAt time.Time
}
