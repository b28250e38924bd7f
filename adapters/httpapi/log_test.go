package httpapi_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/tree"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// notary signs and proves the logs of a house in memory.
type notary struct {
	h *house

	mu      sync.Mutex
	signers map[eventstore.Book]note.Signer
	public  []string
	signed  map[eventstore.Book][]tree.Checkpoint
	stuck   bool // until the context ends
}

func newNotary(h *house) *notary {
	return &notary{h: h, signers: map[eventstore.Book]note.Signer{}, signed: map[eventstore.Book][]tree.Checkpoint{}}
}

func (n *notary) keys() note.Verifiers {
	keys, err := tree.ParseKeys(strings.Join(n.public, "\n"))
	must(n.h.t, err)
	return keys
}

// grow is the tree of a book and its events.
func (n *notary) grow(ctx context.Context, b eventstore.Book) ([]eventstore.Event, *tree.Edge, tlog.HashReader, error) {
	events, err := n.h.log.ReadBook(ctx, b, 0, 1_000_000)
	edge, tiles := &tree.Edge{}, map[[2]int64][]tlog.Hash{}
	edge.Append(tree.AppendHashes(nil, events), func(t tree.Tile) { tiles[[2]int64{int64(t.Level), t.Number}] = t.Hashes })
	return events, edge, edge.Hashes(func(level int, number int64) ([]tlog.Hash, error) {
		return tiles[[2]int64{int64(level), number}], nil
	}), err
}

func (n *notary) Latest(ctx context.Context, b eventstore.Book) (tree.Checkpoint, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stuck {
		<-ctx.Done()
		return tree.Checkpoint{}, fmt.Errorf("%w: %w", tree.ErrUncovered, ctx.Err())
	}
	_, edge, _, err := n.grow(ctx, b)
	if err != nil {
		return tree.Checkpoint{}, err
	}
	origin := tree.Origin(lenderCodes[b-1], b)
	if n.signers[b] == nil {
		secret, public, err := note.GenerateKey(rand.Reader, origin)
		must(n.h.t, err)
		n.signers[b], err = note.NewSigner(secret)
		must(n.h.t, err)
		n.public = append(n.public, public)
	}
	c := tree.Checkpoint{Head: tree.Head{Origin: origin, Size: edge.Size(), Root: edge.Root()}, Book: b, SignedAt: time.Unix(0, 0)}
	c.Note, err = c.Sign(n.signers[b])
	n.signed[b] = append(n.signed[b], c)
	return c, err
}

func (n *notary) Prove(ctx context.Context, b eventstore.Book, position eventstore.Position, size int64) (tree.Proof, []byte, error) {
	c, err := n.Latest(ctx, b)
	if err != nil {
		return tree.Proof{}, nil, err
	}
	events, _, hashes, err := n.grow(ctx, b)
	switch {
	case err != nil:
	case int64(position) > c.Size:
		err = tree.ErrBeyond
	case size != 0 && size != c.Size:
		err = tree.ErrNoCheckpoint
	}
	if err != nil {
		return tree.Proof{}, nil, err
	}
	e := events[position-1]
	p, err := tree.Prove(tree.LeafOf(&e), c.Note, hashes)
	return p, e.Data, err
}

func (n *notary) Consistency(ctx context.Context, b eventstore.Book, from, to int64) (tree.Consistency, error) {
	_, edge, hashes, err := n.grow(ctx, b)
	if err != nil || from > to || to > edge.Size() {
		return tree.Consistency{}, tree.ErrBeyond
	}
	return tree.ProveConsistency(from, to, hashes)
}

func TestTheLogIsSigned(t *testing.T) {
	h := newHouse(t)
	h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	r := h.get("auditor", "/v1/log/checkpoint?lender=smartcash").want(200)
	if got := r.header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("it is %s", got)
	}
	head, _, err := tree.OpenCheckpoint(string(r.body), h.notary.keys())
	must(t, err)
	asJSON := h.do("service", "GET", "/v1/log/checkpoint?lender=smartcash&book=1", "", "Accept", "application/json, text/plain;q=0.5").want(200)
	asJSON.has("origin", "loanledger/smartcash/1", "size", fmt.Sprint(head.Size), "root", head.Root.String(), "checkpoint", string(r.body))
	h.get("operator", "/v1/log/checkpoint?lender=cashper").want(200)

	for _, path := range []string{"checkpoint?", "proof?position=1&", "consistency?from=1&"} {
		h.get("analyst", "/v1/log/"+path+"lender=smartcash").refused(403, "forbidden")
		h.get("", "/v1/log/"+path+"lender=smartcash").refused(401, "unauthorized")
		h.get("auditor-cashper", "/v1/log/"+path+"lender=smartcash").want(404)
		h.get("auditor", "/v1/log/"+path+"lender=smartcash&book=2").refused(400, "parameter_invalid")
	}
	h.api.SetPositionTime(20 * time.Millisecond)
	h.notary.stuck = true
	for _, path := range []string{"checkpoint?", "proof?position=1&", "consistency?from=1&"} {
		r := h.get("auditor", "/v1/log/"+path+"lender=smartcash").refused(503, "checkpoint_pending")
		if r.header.Get("Retry-After") != "1" {
			t.Errorf("%s: nobody says when to ask again", path)
		}
	}
}

func TestEventsAreProven(t *testing.T) {
	h := newHouse(t)
	h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	size := h.do("auditor", "GET", "/v1/log/checkpoint?lender=smartcash", "", "Accept", "application/json").want(200).str("size")
	for query, c := range map[string]struct {
		accept, contentType string
		data                bool
	}{
		"position=2":               {"", "application/json", false},
		"position=3&data=true":     {"*/*", "application/json", true},
		"position=4&size=" + size:  {"text/plain", "text/plain; charset=utf-8", false},
		"position=1&book=1&size=":  {"text/html, text/plain", "text/plain; charset=utf-8", false},
		"position=1&data=false":    {"application/json", "application/json", false},
		"position=2&book=1&data=1": {"application/*", "application/json", true},
	} {
		r := h.do("auditor", "GET", "/v1/log/proof?lender=smartcash&"+strings.TrimSuffix(query, "&size="), "", "Accept", c.accept).want(200)
		p, err := tree.ParseProof(r.body)
		must(t, err)
		if _, _, err := p.Check(h.notary.keys()); err != nil || (p.Data != nil) != c.data || r.header.Get("Content-Type") != c.contentType {
			t.Errorf("%s: %v, %s, %s", query, err, r.header.Get("Content-Type"), p.Data)
		}
		noPersonalData(t, query, string(r.body))
	}
	h.get("auditor", "/v1/log/proof?lender=smartcash&position=1000").refused(404, "position_beyond_log")
	h.get("auditor", "/v1/log/proof?lender=smartcash&position=1&size=2").refused(404, "checkpoint_not_found")
	h.get("auditor", "/v1/log/proof?lender=smartcash&position=0").refused(400, "parameter_invalid")
	h.get("auditor", "/v1/log/proof?lender=smartcash").refused(400, "parameter_invalid")
}

func TestTheLogExtendsItself(t *testing.T) {
	h := newHouse(t)
	first, _, err := tree.OpenCheckpoint(string(h.get("auditor", "/v1/log/checkpoint?lender=smartcash").want(200).body), noteKeys{h})
	must(t, err)
	h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	r := h.get("auditor", fmt.Sprintf("/v1/log/consistency?lender=smartcash&from=%d", first.Size)).want(200)
	var c struct {
		tree.Consistency
		Checkpoint string
	}
	must(t, json.Unmarshal(r.body, &c))
	later, _, err := tree.OpenCheckpoint(c.Checkpoint, h.notary.keys())
	must(t, err)
	if err := c.Check(); err != nil || c.FromRoot != first.Root || c.ToRoot != later.Root || c.From != first.Size || c.To != later.Size || c.To <= c.From {
		t.Errorf("%+v %v", c, err)
	}
	h.get("auditor", fmt.Sprintf("/v1/log/consistency?lender=smartcash&from=1&to=%d", first.Size)).want(200).has("to_root", first.Root.String())
	h.get("auditor", "/v1/log/consistency?lender=smartcash&from=5&to=4").refused(404, "position_beyond_log")
	h.get("auditor", "/v1/log/consistency?lender=smartcash&from=5&to=4000").refused(404, "position_beyond_log")
}

// noteKeys is the keys that the notary has when they are asked for.
type noteKeys struct{ h *house }

func (k noteKeys) Verifier(name string, hash uint32) (note.Verifier, error) {
	return k.h.notary.keys().Verifier(name, hash)
}

// A certificate carries its proof, which shows what the event says.
func TestCertificatesAreProven(t *testing.T) {
	h := newHouse(t)
	id, who := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	h.post("service", "/v1/loans/"+id+"/repayments", `{"amount":"10000.00"}`).want(200)
	number := h.post("service", "/v1/borrowers/"+who+"/no-debt-certificates", "").want(201).str("certificate")
	for _, who := range []string{"", "service", "auditor"} {
		r := h.get(who, "/v1/certificates/"+number).want(200)
		var c struct{ Proof tree.Proof }
		must(t, json.Unmarshal(r.body, &c))
		if _, _, err := c.Proof.Check(h.notary.keys()); err != nil || !strings.Contains(string(c.Proof.Data), number) {
			t.Errorf("%q: %v %s", who, err, c.Proof.Data)
		}
	}
	h.notary.stuck = true
	h.api.SetCommandTime(50 * time.Millisecond)
	h.get("", "/v1/certificates/"+number).refused(503, "checkpoint_pending")
}
