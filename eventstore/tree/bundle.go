package tree

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"
)

// bundleFormat names the form of a proof in JSON. Another form gets another name.
const bundleFormat = "loanledger-proof@v1"

// bundle is a proof in JSON. The data is a text, not a value, because its very bytes are proven.
type bundle struct {
	Format     string      `json:"format"`
	Origin     string      `json:"origin"`
	Size       int64       `json:"size"`
	Index      int64       `json:"index"`
	Event      Leaf        `json:"event"`
	Data       *string     `json:"data,omitempty"`
	Path       []tlog.Hash `json:"path"`
	Checkpoint string      `json:"checkpoint"`
}

// MarshalJSON is the proof as JSON, the same bytes each time. Errors: ErrCheckpoint, ErrProofForm for
// data that is not UTF-8.
func (p Proof) MarshalJSON() ([]byte, error) {
	head, err := ReadCheckpoint(p.Checkpoint)
	if err != nil {
		return nil, err
	}
	b := bundle{
		Format: bundleFormat, Origin: head.Origin, Size: head.Size, Index: int64(p.Leaf.Position) - 1, Event: p.Leaf,
		Path: p.Path, Checkpoint: p.Checkpoint,
	}
	if b.Path == nil {
		b.Path = []tlog.Hash{}
	}
	if p.Data != nil {
		if !utf8.Valid(p.Data) {
			return nil, fmt.Errorf("%w: data that is no text", ErrProofForm)
		}
		text := string(p.Data)
		b.Data = &text
	}
	return json.Marshal(b)
}

// UnmarshalJSON reads what MarshalJSON writes; more fields may be there. Errors: ErrProofForm.
func (p *Proof) UnmarshalJSON(data []byte) error {
	var b bundle
	if err := json.Unmarshal(data, &b); err != nil {
		return fmt.Errorf("%w: %w", ErrProofForm, err)
	}
	if b.Format != bundleFormat {
		return fmt.Errorf("%w: its format is not %s", ErrProofForm, bundleFormat)
	}
	head, err := ReadCheckpoint(b.Checkpoint)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrProofForm, err)
	}
	if head.Origin != b.Origin || head.Size != b.Size || b.Index != int64(b.Event.Position)-1 {
		return fmt.Errorf("%w: its origin, size or index is not that of its checkpoint and event", ErrProofForm)
	}
	*p = Proof{Leaf: b.Event, Path: b.Path, Checkpoint: b.Checkpoint}
	if b.Data != nil {
		p.Data = []byte(*b.Data)
	}
	return nil
}

func parseJSON(data []byte) (p Proof, err error) {
	if !json.Valid(data) {
		return p, fmt.Errorf("%w: it is neither JSON nor begins with %s", ErrProofForm, proofName)
	}
	err = p.UnmarshalJSON(data)
	return p, err
}
