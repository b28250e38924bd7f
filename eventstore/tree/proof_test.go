package tree_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"loanledger/eventstore/tree"
)

const origin = "loanledger/smartcash/7"

// key is a new key of a name, and its public form.
func key(t testing.TB, name string) (note.Signer, string) {
	t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return signer, public
}

func keys(t testing.TB, public ...string) note.Verifiers {
	t.Helper()
	v, err := tree.ParseKeys(strings.Join(public, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// proven is a proof of position 5 of 12 events, with its data.
func proven(t testing.TB, signers ...note.Signer) tree.Proof {
	t.Helper()
	all := events(12)
	var edge tree.Edge
	edge.Append(tree.AppendHashes(nil, all), func(tree.Tile) {})
	checkpoint, err := tree.Head{Origin: origin, Size: edge.Size(), Root: edge.Root()}.Sign(signers...)
	if err != nil {
		t.Fatal(err)
	}
	p, err := tree.Prove(tree.LeafOf(&all[4]), checkpoint, edge.Hashes(nil))
	if err != nil {
		t.Fatal(err)
	}
	p.Data = all[4].Data
	return p
}

func TestProofInBothForms(t *testing.T) {
	signer, public := key(t, origin)
	p := proven(t, signer)
	asJSON, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	for name, form := range map[string][]byte{"json": asJSON, "text": []byte(p.Text())} {
		read, err := tree.ParseProof(form)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		head, signatures, err := read.Check(keys(t, public))
		if err != nil || head.Size != 12 || head.Origin != origin || len(signatures) != 1 || read.Leaf.Position != 5 {
			t.Errorf("%s: %+v %v", name, head, err)
		}
		if name == "json" && !bytes.Equal(read.Data, p.Data) {
			t.Errorf("the data is %s", read.Data)
		}
	}
	if !strings.HasPrefix(p.Text(), "c2sp.org/tlog-proof@v1\nextra ") || !strings.Contains(p.Text(), "\nindex 4\n") {
		t.Errorf("the text is %s", p.Text())
	}
}

// Whatever is changed in a proof, it does not hold any more.
func TestForgedProofs(t *testing.T) {
	signer, public := key(t, origin)
	stranger, _ := key(t, origin)
	for name, c := range map[string]struct {
		forge func(*tree.Proof)
		want  error
	}{
		"nothing":             {func(*tree.Proof) {}, nil},
		"another position":    {func(p *tree.Proof) { p.Leaf.Position = 6 }, tree.ErrProof},
		"beyond the log":      {func(p *tree.Proof) { p.Leaf.Position = 13 }, tree.ErrProof},
		"another book":        {func(p *tree.Proof) { p.Leaf.Book = 8 }, tree.ErrProof},
		"another type":        {func(p *tree.Proof) { p.Leaf.Type = "test.undone" }, tree.ErrProof},
		"another data":        {func(p *tree.Proof) { p.Data = []byte(`{"n": 9}`) }, tree.ErrProof},
		"empty data":          {func(p *tree.Proof) { p.Data = []byte{} }, tree.ErrProof},
		"a hash less":         {func(p *tree.Proof) { p.Path = p.Path[1:] }, tree.ErrProof},
		"a hash more":         {func(p *tree.Proof) { p.Path = append(p.Path, tlog.Hash{}) }, tree.ErrProof},
		"another size":        {func(p *tree.Proof) { p.Checkpoint = strings.Replace(p.Checkpoint, "\n12\n", "\n13\n", 1) }, tree.ErrSignature},
		"another signer":      {func(p *tree.Proof) { p.Checkpoint = proven(t, stranger).Checkpoint }, tree.ErrSignature},
		"another origin":      {func(p *tree.Proof) { p.Checkpoint = strings.Replace(p.Checkpoint, "/7\n", "/8\n", 1) }, tree.ErrSignature},
		"no signature":        {func(p *tree.Proof) { p.Checkpoint, _, _ = strings.Cut(p.Checkpoint, "— ") }, tree.ErrSignature},
		"no checkpoint":       {func(p *tree.Proof) { p.Checkpoint = "hello" }, tree.ErrCheckpoint},
		"a size with a space": {func(p *tree.Proof) { p.Checkpoint = strings.Replace(p.Checkpoint, "\n12\n", "\n 12\n", 1) }, tree.ErrCheckpoint},
	} {
		p := proven(t, signer)
		c.forge(&p)
		if _, _, err := p.Check(keys(t, public)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A key of another log does not sign for this one, though it is known.
func TestKeyOfAnotherLog(t *testing.T) {
	signer, public := key(t, "loanledger/cashper/7")
	checkpoint, err := tree.Head{Origin: origin, Size: 1}.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := tree.OpenCheckpoint(checkpoint, keys(t, public)); !errors.Is(err, tree.ErrSignature) {
		t.Error(err)
	}
}

// At a handover the old key and the new one sign; who knows either is served.
func TestHandover(t *testing.T) {
	before, publicBefore := key(t, origin)
	after, publicAfter := key(t, origin)
	p := proven(t, before, after)
	for name, known := range map[string][]string{"old": {publicBefore}, "new": {publicAfter}, "both": {"# keys", publicBefore, "", publicAfter + " # new"}} {
		if _, signatures, err := p.Check(keys(t, known...)); err != nil || len(signatures) != min(len(known), 2) {
			t.Errorf("%s: %d signatures, %v", name, len(signatures), err)
		}
	}
	if _, _, err := proven(t, after).Check(keys(t, publicBefore)); !errors.Is(err, tree.ErrSignature) {
		t.Errorf("the old key is taken for the new one: %v", err)
	}
	for _, text := range []string{"", "# none", "PRIVATE+KEY+x+1+2", origin} {
		if _, err := tree.ParseKeys(text); err == nil {
			t.Errorf("%q is read as keys", text)
		}
	}
}

func TestOrigins(t *testing.T) {
	if lender, book, err := tree.ParseOrigin(tree.Origin("smartcash", 7)); lender != "smartcash" || book != 7 || err != nil {
		t.Error(lender, book, err)
	}
	for _, wrong := range []string{"", "loanledger/", "loanledger/smartcash", "loanledger//7", "loanledger/smartcash/07", "loanledger/smartcash/70000", "example.com/smartcash/7", "smartcash/7"} {
		if _, _, err := tree.ParseOrigin(wrong); err == nil {
			t.Errorf("%q is read as an origin", wrong)
		}
	}
}

func FuzzParseProof(f *testing.F) {
	signer, public := key(f, origin)
	p := proven(f, signer)
	asJSON, err := json.Marshal(p)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(asJSON)
	f.Add([]byte(p.Text()))
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex 0\n\n"))
	known := keys(f, public)
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := tree.ParseProof(data)
		if err != nil {
			if !errors.Is(err, tree.ErrProofForm) {
				t.Fatal(err)
			}
			return
		}
		if _, _, err := read.Check(known); err == nil && read.Leaf.Hash() != p.Leaf.Hash() {
			t.Fatalf("a forged proof holds: %s", data)
		}
	})
}
