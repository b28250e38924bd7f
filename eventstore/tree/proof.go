package tree

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"loanledger/eventstore"
)

// Errors of proofs.
var (
	// ErrProofForm: the bytes are not a proof.
	ErrProofForm = errors.New("not a proof")
	// ErrProof: the proof does not hold.
	ErrProof = errors.New("the proof does not hold")
)

// Proof shows that an event is in the log that a checkpoint was signed over.
type Proof struct {
	Leaf       Leaf
	Path       tlog.RecordProof // the hashes beside the way from the leaf to the root
	Checkpoint string
	// Data is the event's public data, where the proof shows it: the exact bytes.
	Data []byte
}

// Prove is the proof of an event under a checkpoint. hashes reads those of a tree that has the size
// of the checkpoint at least.
func Prove(leaf Leaf, checkpoint string, hashes tlog.HashReader) (Proof, error) {
	head, err := ReadCheckpoint(checkpoint)
	if err != nil {
		return Proof{}, err
	}
	path, err := tlog.ProveRecord(head.Size, int64(leaf.Position)-1, hashes)
	return Proof{Leaf: leaf, Path: path, Checkpoint: checkpoint}, err
}

// Check holds the proof against public keys of the log: the checkpoint is signed by one of them, the
// tree that it signs has the leaf at its position, and the data, where there is some, is the event's.
// It answers the head and the signatures that are right. Errors: ErrCheckpoint, ErrSignature, ErrProof.
func (p Proof) Check(keys note.Verifiers) (Head, []note.Signature, error) {
	head, signatures, err := OpenCheckpoint(p.Checkpoint, keys)
	if err != nil {
		return head, nil, err
	}
	_, book, err := ParseOrigin(head.Origin)
	if err != nil {
		return head, nil, err
	}
	switch {
	case book != p.Leaf.Book:
		return head, nil, fmt.Errorf("%w: the event is of book %d, the checkpoint of %s", ErrProof, p.Leaf.Book, head.Origin)
	case p.Leaf.Position < 1 || int64(p.Leaf.Position) > head.Size:
		return head, nil, fmt.Errorf("%w: position %d is not among the %d events of the checkpoint", ErrProof, p.Leaf.Position, head.Size)
	}
	if err := tlog.CheckRecord(p.Path, head.Size, head.Root, int64(p.Leaf.Position)-1, p.Leaf.Hash()); err != nil {
		return head, nil, fmt.Errorf("%w: the checkpoint of %s over %d events does not have this event at position %d",
			ErrProof, head.Origin, head.Size, p.Leaf.Position)
	}
	if p.Data != nil && LeafOf(&eventstore.Event{Data: p.Data}).Data != p.Leaf.Data {
		return head, nil, fmt.Errorf("%w: the data shown is not what the event of position %d says", ErrProof, p.Leaf.Position)
	}
	return head, signatures, nil
}

// proofName is the first line of a proof as text (C2SP tlog-proof).
const proofName = "c2sp.org/tlog-proof@v1"

// Text is the proof in the form of C2SP tlog-proof. Its extra data is the leaf, so that the text
// alone can be verified. It has no room for the event's data.
func (p Proof) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nextra %s\nindex %d\n", proofName, base64.StdEncoding.EncodeToString(p.Leaf.Encode()), p.Leaf.Position-1)
	for _, h := range p.Path {
		fmt.Fprintln(&b, h)
	}
	fmt.Fprintf(&b, "\n%s", p.Checkpoint)
	return b.String()
}

// ParseProof reads a proof as text or as JSON. Errors: ErrProofForm, which says what is missing.
func ParseProof(data []byte) (Proof, error) {
	if bytes.HasPrefix(data, []byte(proofName+"\n")) {
		return parseText(string(data))
	}
	return parseJSON(data)
}

func parseText(text string) (p Proof, err error) {
	head, checkpoint, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 {
		return p, fmt.Errorf("%w: it ends early", ErrProofForm)
	}
	extra, shown := strings.CutPrefix(lines[1], "extra ")
	encoded, err := base64.StdEncoding.DecodeString(extra)
	if !shown || err != nil {
		return p, fmt.Errorf("%w: its second line has to be extra, and the event's leaf", ErrProofForm)
	}
	if p.Leaf, err = ParseLeaf(encoded); err != nil {
		return p, fmt.Errorf("%w: %w", ErrProofForm, err)
	}
	if lines[2] != "index "+strconv.FormatInt(int64(p.Leaf.Position)-1, 10) {
		return p, fmt.Errorf("%w: its index is not that of position %d", ErrProofForm, p.Leaf.Position)
	}
	for _, line := range lines[3:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return p, fmt.Errorf("%w: %w", ErrProofForm, err)
		}
		p.Path = append(p.Path, h)
	}
	p.Checkpoint = checkpoint
	return p, nil
}
