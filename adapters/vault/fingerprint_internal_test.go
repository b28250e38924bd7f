package vault

import (
	"bytes"
	"encoding/hex"
	"sync"
	"testing"
)

// Fingerprints stay the same for ever: the log holds them.
func TestFingerprintsOfAKey(t *testing.T) {
	k := newDataKey(bytes.Repeat([]byte{7}, keySize))
	for data, want := range map[string]string{
		"":  "ce6629f63bc484cda086675144cfc0641f03fbb9b51438f1b743d9b93621c76c",
		"a": "1db05870ae88a5b1177db2b08286ce991e74f4ab391048d9597699bc99fad42e",
	} {
		if d := k.fingerprint([]byte(data)); hex.EncodeToString(d[:]) != want {
			t.Errorf("the fingerprint of %q is %x", data, d)
		}
	}
}

// Hashes that are used again, by many at once, remember nothing.
func TestFingerprintsSideBySide(t *testing.T) {
	k := newDataKey(bytes.Repeat([]byte{8}, keySize))
	var wait sync.WaitGroup
	for worker := range 8 {
		wait.Go(func() {
			data := bytes.Repeat([]byte{byte(worker)}, worker)
			want := newDataKey(k.raw[:]).fingerprint(data)
			for range 500 {
				if got := k.fingerprint(data); got != want {
					t.Errorf("worker %d: %x, not %x", worker, got, want)
					return
				}
			}
		})
	}
	wait.Wait()
}
