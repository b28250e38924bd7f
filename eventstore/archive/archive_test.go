package archive_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
	"loanledger/eventstore/archive"
)

var binary = func() []byte {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}()

// payloads are bytes that are easily changed on the way.
var payloads = [][]byte{
	[]byte(`{"amount":"863.00","currency":"EUR"}`), []byte(` {"b": 1,"a":  2, "a":3}` + "\n"), []byte(`{"a":  [1 ,2]}`), {}, binary,
	[]byte("null"), []byte(`{"имя":"ñ <&>"}`), []byte("{\"a\":\n1}"), []byte(`"`), []byte("\"\xff\""), []byte(`{"u":"\u2028 \ud83d\ude00 \/"}`),
	[]byte(`12345678901234567890.1234567890`), bytes.Repeat([]byte("0123456789abcdef"), eventstore.MaxEventBytes/16),
}

func sample(p archive.Part) []eventstore.Event {
	var events []eventstore.Event
	for at := p.First; at <= p.Last; at++ {
		i := int(at)
		e := eventstore.Event{
			Book: p.Book, Position: at, Stream: uuid.New(), Version: eventstore.Version(i), Type: "тест.ñ", Schema: int16(i % 7),
			RecordedAt: time.Date(2026, 3, 14, 15, 9, 26, 535897000+i*1000, time.UTC), Command: uuid.New(), Actor: `operator:"Зоя" \`,
			Data: payloads[i%len(payloads)],
		}
		e.Digest[i%32] = byte(i)
		switch i % 3 {
		case 0:
			e.Personal = binary[i%256:]
		case 1:
			e.Personal = []byte{}
		}
		events = append(events, e)
	}
	return events
}

func write(t *testing.T, dir string, p archive.Part, events []eventstore.Event) archive.File {
	t.Helper()
	w, err := archive.Create(dir, archive.Header{Part: p, Before: bytes.Repeat([]byte{1}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	for i := range events {
		w.Event(&events[i])
		if i%4 == 3 {
			w.Batch(archive.Batch{
				First: events[i].Position - 3, Last: events[i].Position, Epoch: -5, RecordedAt: events[i].RecordedAt,
				Chain: bytes.Repeat([]byte{byte(i)}, 32),
			})
		}
	}
	f, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestEveryByteComesBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	part := archive.Part{Book: 7, First: 101, Last: 160}
	events := sample(part)
	made := write(t, dir, part, events)
	r, err := archive.OpenFile(filepath.Join(dir, made.Name))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var back []eventstore.Event
	batches := 0
	for {
		e, b, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		switch {
		case err != nil:
			t.Fatal(err)
		case e != nil:
			back = append(back, *e)
		case b.Last != back[len(back)-1].Position || b.First != b.Last-3 || b.Epoch != -5 || !b.RecordedAt.Equal(back[len(back)-1].RecordedAt) || len(b.Chain) != 32:
			t.Errorf("batch %+v", b)
		default:
			batches++
		}
	}
	for i := range events {
		if !reflect.DeepEqual(back[i], events[i]) {
			t.Errorf("event %d came back as %.300v", i, fmt.Sprintf("%+v", back[i]))
		}
	}
	whole, err := r.Whole()
	if err != nil || !reflect.DeepEqual(whole, made) || batches != 15 {
		t.Errorf("%+v, not %+v; %d batches; %v", whole, made, batches, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("%d files are left, %v", len(entries), err)
	}
	if _, err := archive.Create(dir, archive.Header{Part: part, Before: make([]byte, 32)}); !errors.Is(err, archive.ErrExists) {
		t.Errorf("written over: %v", err)
	}
}

func TestReadingAcrossFiles(t *testing.T) {
	dir := t.TempDir()
	var all []eventstore.Event
	for first := eventstore.Position(1); first < 100; first += 20 {
		p := archive.Part{Book: 7, First: first, Last: first + 19}
		events := sample(p)
		write(t, dir, p, events)
		all = append(all, events...)
	}
	write(t, dir, archive.Part{Book: 8, First: 1, Last: 3}, sample(archive.Part{Book: 8, First: 1, Last: 3}))
	a, err := archive.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if n := len(a.Parts()); n != 6 {
		t.Fatalf("%d parts", n)
	}
	for _, c := range [][2]eventstore.Position{{1, 100}, {1, 1}, {20, 21}, {22, 22}, {5, 60}, {61, 100}, {100, 100}, {3, 2}} {
		var got []eventstore.Event
		err := a.Events(7, c[0], c[1], func(e eventstore.Event) error { got = append(got, e); return nil })
		if err != nil || len(got) != int(c[1]-c[0]+1) || len(got) > 0 && !reflect.DeepEqual(got, all[c[0]-1:c[1]]) {
			t.Errorf("%v: %d events, %v", c, len(got), err)
		}
	}
	for _, c := range [][2]eventstore.Position{{0, 1}, {100, 101}, {500, 600}} {
		if err := a.Events(7, c[0], c[1], func(eventstore.Event) error { return nil }); !errors.Is(err, archive.ErrMissing) {
			t.Errorf("%v: %v", c, err)
		}
	}
	stop := errors.New("enough")
	if err := a.Events(7, 1, 100, func(eventstore.Event) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// Whatever is changed in the lines of a file, or cut off, is found when it is read to its end.
func TestDamageIsFound(t *testing.T) {
	dir := t.TempDir()
	part := archive.Part{Book: 1, First: 1, Last: 9}
	made := write(t, dir, part, sample(part))
	path := filepath.Join(dir, made.Name)
	packed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	gz, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(gz)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	check := func(what string, packed []byte) {
		t.Helper()
		if err := os.WriteFile(path, packed, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := archive.OpenFile(path)
		if err == nil {
			_, err = r.Whole()
			r.Close()
		}
		if !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	pack := func(text string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		io.WriteString(w, text)
		w.Close()
		return b.Bytes()
	}
	for _, at := range []int{0, 1, len(packed) / 2, len(packed) - 9, len(packed) - 2} {
		flipped := bytes.Clone(packed)
		flipped[at] ^= 0x41
		check(fmt.Sprintf("byte %d of the file", at), flipped)
		check(fmt.Sprintf("cut off at %d", at), packed[:at])
	}
	check("a digit", pack(strings.Replace(string(text), "[1 ,2]", "[1 ,3]", 1)))
	check("a batch", pack(strings.Replace(string(text), `"epoch":-5`, `"epoch":-6`, 1)))
	check("the header", pack(strings.Replace(string(text), `"book":1`, `"book":2`, 1)))
	check("a line less", pack(strings.Join(append(lines[:3:3], lines[4:]...), "")))
	check("a line twice", pack(strings.Join(append(lines[:4:4], lines[3:]...), "")))
	check("two lines swapped", pack(strings.Join(append(append(lines[:2:2], lines[3], lines[2]), lines[4:]...), "")))
	check("no end", pack(strings.Join(lines[:len(lines)-2], "")))
	check("more after the end", pack(string(text)+lines[2]))
	check("another format", pack(strings.Replace(string(text), `"version":1,"book"`, `"version":2,"book"`, 1)))
	check("a field that nobody knows", pack(strings.Replace(string(text), `"actor"`, `"act0r"`, 1)))
}

// What is not whole never has the name of a file.
func TestUnfinishedFiles(t *testing.T) {
	dir := t.TempDir()
	part := archive.Part{Book: 1, First: 1, Last: 3}
	events := sample(part)
	for name, give := range map[string][]int{"too few": {0, 1}, "too many": {0, 1, 2, 2}, "out of order": {1, 0, 2}} {
		w, err := archive.Create(dir, archive.Header{Part: part, Before: make([]byte, 32)})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range give {
			w.Event(&events[i])
		}
		if _, err := w.Finish(); err == nil {
			t.Errorf("%s: finished", name)
		}
	}
	w, err := archive.Create(dir, archive.Header{Part: part, Before: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	w.Event(&events[0])
	w.Abort()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("%v are left, %v", entries, err)
	}
}
