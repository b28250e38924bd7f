package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"loanledger/eventstore/pgstore"
	"loanledger/eventstore/tree"

	"golang.org/x/mod/sumdb/note"
)

// readKeys reads the public keys that are given, each as it is or in a file.
func (v *verification) readKeys() error {
	for _, given := range v.keys {
		text := given
		if data, err := os.ReadFile(given); err == nil {
			text = string(data)
		} else if strings.Count(given, "+") < 2 {
			return usageError{fmt.Errorf("--key: neither a file nor a public key: %w", err)}
		}
		keys, err := tree.ParseKeys(text)
		if err != nil {
			return usageError{fmt.Errorf("--key: %w", err)}
		}
		v.known = append(v.known, keys...)
	}
	return nil
}

// checkpointIn is the text of a checkpoint, alone or in the JSON of /v1/log/checkpoint.
func checkpointIn(data []byte) string {
	var wrapped struct {
		Note string `json:"checkpoint"`
	}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) && json.Unmarshal(data, &wrapped) == nil {
		return wrapped.Note
	}
	return string(data)
}

// offline checks a certificate or a proof from a file.
func (v *verification) offline(ctx context.Context, cfg *config) error {
	file := cmp.Or(v.certificate, v.proof)
	data, err := os.ReadFile(file)
	if err != nil {
		return usageError{err}
	}
	if v.certificate != "" {
		return v.checkCertificate(ctx, cfg, data)
	}
	p, err := tree.ParseProof(data)
	if err != nil {
		return hinted{fmt.Errorf("%s: %w", file, err), "ask /v1/log/proof for a proof; of a certificate, use --certificate"}
	}
	proven, err := v.hold(ctx, cfg, p)
	if err != nil {
		return err
	}
	return v.tell(proven, nil)
}

// proven is a proof that holds.
type proven struct {
	tree.Proof
	head tree.Head
	by   []note.Signature
}

// hold holds a proof against the keys that are given, or those of the database at hand where none are.
func (v *verification) hold(ctx context.Context, cfg *config, p tree.Proof) (proven, error) {
	said, err := tree.ReadCheckpoint(p.Checkpoint)
	if err != nil {
		return proven{}, err
	}
	keys := v.known
	if len(keys) == 0 {
		if keys, err = keysAtHand(ctx, cfg, said.Origin); err != nil {
			return proven{}, hinted{fmt.Errorf("no public key of %s: %w", said.Origin, err), "give the public key of the lender with --key: loanledger key public prints it"}
		}
	}
	head, by, err := p.Check(keys)
	if errors.Is(err, tree.ErrSignature) {
		return proven{}, hinted{err, "is --key the public key of " + said.Origin + "? After a rotation the older keys are needed too"}
	}
	return proven{p, head, by}, err
}

// keysAtHand is the keys of a log from the database that is configured.
func keysAtHand(ctx context.Context, cfg *config, origin string) (keys tree.Keys, err error) {
	if cfg.DatabaseURL == "" && cfg.Dir == "" {
		return nil, errors.New("none is given")
	}
	_, book, err := tree.ParseOrigin(origin)
	if err != nil {
		return nil, err
	}
	err = withStore(ctx, cfg, func(store *pgstore.Store) error {
		keys, err = keysOf(ctx, store, book)
		return err
	})
	return keys, err
}

// told is what verify says of a proof in JSON.
type told struct {
	OK          bool         `json:"ok"`
	Origin      string       `json:"origin"`
	Size        int64        `json:"size"`
	Root        string       `json:"root"`
	SignedBy    []string     `json:"signed_by"`
	Event       tree.Leaf    `json:"event"`
	Data        string       `json:"data,omitempty"`
	Certificate *certificate `json:"certificate,omitempty"`
	Seconds     float64      `json:"seconds"`
}

// tell says what was proven, and what a certificate states.
func (v *verification) tell(p proven, c *certificate) error {
	var by []string
	for _, s := range p.by {
		by = append(by, fmt.Sprintf("%s+%08x", s.Name, s.Hash))
	}
	e := p.Leaf
	if v.json {
		return v.writeJSON(told{
			OK: true, Origin: p.head.Origin, Size: p.head.Size, Root: p.head.Root.String(), SignedBy: by, Event: e,
			Data: string(p.Data), Certificate: c, Seconds: time.Since(v.began).Seconds(),
		})
	}
	fmt.Fprintf(v.out, "ok   the log %s of %d events is signed by the key %s\n", p.head.Origin, p.head.Size, strings.Join(by, ", "))
	fmt.Fprintf(v.out, "ok   the event at position %d is in it: %s, recorded %s by %s\n", e.Position, e.Type, e.RecordedAt.Format(time.RFC3339), e.Actor)
	if c != nil {
		c.print(v.out)
	} else if p.Data != nil {
		fmt.Fprintf(v.out, "ok   it says: %s\n", p.Data)
	}
	return nil
}
