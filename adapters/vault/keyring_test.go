package vault

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/google/uuid"
)

var (
	masterA = Master{key: [keySize]byte{0: 0xa}}
	masterB = Master{key: [keySize]byte{0: 0xb}}
	subject = uuid.UUID{1: 1, 15: 7}
)

func TestWrappedKeyOpensOnlyInItsPlace(t *testing.T) {
	r := newKeyring(masterA, nil)
	raw := bytes.Repeat([]byte{5}, keySize)
	id, wrapped := r.wrap(1, subject, raw)
	if got, err := r.unwrap(1, subject, id, wrapped); err != nil || !bytes.Equal(got, raw) {
		t.Fatalf("%x, %v", got, err)
	}
	if _, err := r.unwrap(2, subject, id, wrapped); !errors.Is(err, ErrTampered) {
		t.Errorf("another book: %v", err)
	}
	if _, err := r.unwrap(1, uuid.UUID{2}, id, wrapped); !errors.Is(err, ErrTampered) {
		t.Errorf("another subject: %v", err)
	}
	for i := range wrapped {
		changed := bytes.Clone(wrapped)
		changed[i] ^= 1
		if _, err := r.unwrap(1, subject, id, changed); !errors.Is(err, ErrTampered) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
	short := seal(masterA.wrappingKey(1), 1, subject, wrapLabel, raw[1:])
	if _, err := r.unwrap(1, subject, id, short); !errors.Is(err, ErrTampered) {
		t.Errorf("a key of 31 bytes: %v", err)
	}
}

func TestKeyringKnowsOtherMasterKeys(t *testing.T) {
	raw := bytes.Repeat([]byte{5}, keySize)
	old := newKeyring(masterA, nil)
	id, wrapped := old.wrap(1, subject, raw)
	both := newKeyring(masterB, []Master{masterA})
	if got, err := both.unwrap(1, subject, id, wrapped); err != nil || !bytes.Equal(got, raw) {
		t.Errorf("with both keys: %x, %v", got, err)
	}
	if again, _ := both.wrap(1, subject, raw); again == id {
		t.Error("two master keys have one id")
	}
	alone := newKeyring(masterB, nil)
	if _, err := alone.unwrap(1, subject, id, wrapped); !errors.Is(err, ErrUnknownMaster) {
		t.Errorf("without the old key: %v", err)
	}
	if _, err := both.unwrap(1, subject, both.currentID, wrapped); !errors.Is(err, ErrTampered) {
		t.Errorf("with a false id: %v", err)
	}
}

// A key that was wrapped once must unwrap for ever; so the derivations may not change.
func TestFrozenWrappedKey(t *testing.T) {
	wrapped, err := hex.DecodeString("01b539fe39e0be2a0fcf810ee80021ee3b328b0fb4c6a857620b17ddd1e7eb5c98fef54b6e3dc86fb818b38c8059ca59cffff11b012c1195ac16d798f4")
	if err != nil {
		t.Fatal(err)
	}
	got, err := newKeyring(masterA, nil).unwrap(1, subject, "3e16bae93d8aadaa", wrapped)
	if err != nil || !bytes.Equal(got, bytes.Repeat([]byte{5}, keySize)) {
		t.Fatalf("%x, %v", got, err)
	}
}

func TestDerivedKeysDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, m := range []Master{masterA, masterB} {
		for _, purpose := range []string{"key id", bookPurpose(1, "wrapping"), bookPurpose(1, "codes"), bookPurpose(11, "wrapping")} {
			key := string(derive(m.key[:], purpose, keySize))
			if other, ok := seen[key]; ok {
				t.Errorf("%q and %q have one key", purpose, other)
			}
			seen[key] = purpose
		}
	}
}
