package localnats_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"loanledger/adapters/localnats"
)

// ownerDir names the variable that makes this test binary a process that runs
// a server there, tells its URL and waits to be killed.
const ownerDir = "LOCALNATS_TEST_OWNER_DIR"

func TestMain(m *testing.M) {
	dir := os.Getenv(ownerDir)
	if dir == "" {
		os.Exit(m.Run())
	}
	s, err := localnats.Start(localnats.Options{Dir: dir})
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Println(s.URL())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func start(t *testing.T, o localnats.Options) *localnats.Server {
	t.Helper()
	s, err := localnats.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *localnats.Server) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// stream connects and answers the test's stream, made where it is missing.
func stream(t *testing.T, url string) (jetstream.JetStream, jetstream.Stream) {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.CreateOrUpdateStream(t.Context(), jetstream.StreamConfig{Name: "KEPT", Subjects: []string{"kept.>"}})
	if err != nil {
		t.Fatal(err)
	}
	return js, s
}

func publish(t *testing.T, js jetstream.JetStream, data string) {
	t.Helper()
	if _, err := js.Publish(t.Context(), "kept.one", []byte(data)); err != nil {
		t.Fatal(err)
	}
}

func message(t *testing.T, s jetstream.Stream, sequence uint64) string {
	t.Helper()
	m, err := s.GetMsg(t.Context(), sequence)
	if err != nil {
		t.Fatal(err)
	}
	return string(m.Data)
}

func TestRestartKeepsStreamsAndURL(t *testing.T) {
	dir := t.TempDir()
	s := start(t, localnats.Options{Dir: dir})
	before := s.URL()
	js, _ := stream(t, before)
	publish(t, js, "first")
	stop(t, s)
	stop(t, s) // again does nothing

	s = start(t, localnats.Options{Dir: dir})
	if s.URL() != before {
		t.Errorf("URL changed over the restart: %s, then %s", before, s.URL())
	}
	_, kept := stream(t, s.URL())
	if got := message(t, kept, 1); got != "first" {
		t.Errorf("kept message is %q", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "jetstream")); err != nil {
		t.Error(err)
	}
}

func TestKilledProcessLosesNothingAcknowledged(t *testing.T) {
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	owner := exec.Command(self)
	owner.Env = append(os.Environ(), ownerDir+"="+dir)
	owner.Stderr = os.Stderr
	if _, err := owner.StdinPipe(); err != nil { // open for as long as this test runs
		t.Fatal(err)
	}
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = owner.Process.Kill()
		_ = owner.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "nats://") {
		t.Fatalf("owner said %q, %v", line, err)
	}

	_, err = localnats.Start(localnats.Options{Dir: dir})
	if !errors.Is(err, localnats.ErrOwned) || !strings.Contains(err.Error(), "process "+strconv.Itoa(owner.Process.Pid)) {
		t.Errorf("want ErrOwned with the owner's id, got %v", err)
	}

	js, _ := stream(t, strings.TrimSpace(line))
	for i := range 50 {
		publish(t, js, strconv.Itoa(i))
	}
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = owner.Wait()
	s := start(t, localnats.Options{Dir: dir})
	_, kept := stream(t, s.URL())
	for i := range 50 {
		if got := message(t, kept, uint64(i+1)); got != strconv.Itoa(i) {
			t.Errorf("message %d is %q", i, got)
		}
	}
}

func TestPasswordIsNeeded(t *testing.T) {
	s := start(t, localnats.Options{Dir: t.TempDir()})
	u, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range []*url.Userinfo{nil, url.UserPassword(localnats.User, "guess")} {
		u.User = user
		if nc, err := nats.Connect(u.String()); !errors.Is(err, nats.ErrAuthorization) {
			if err == nil {
				nc.Close()
			}
			t.Errorf("user %v: want an authorization error, got %v", user, err)
		}
	}
	if host, _, err := net.SplitHostPort(u.Host); err != nil || host != "127.0.0.1" {
		t.Errorf("listens on %s, %v", host, err)
	}
}

func TestTakenPort(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := l.Addr().(*net.TCPAddr).Port
	dir := t.TempDir()
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, nil))
	if _, err := localnats.Start(localnats.Options{Dir: dir, Port: taken, Log: log}); !errors.Is(err, localnats.ErrPort) {
		t.Errorf("want ErrPort, got %v", err)
	}
	if !strings.Contains(said.String(), "address already in use") {
		t.Errorf("the log says %q", said.String())
	}
	if err := os.WriteFile(filepath.Join(dir, "port"), []byte(strconv.Itoa(taken)), 0o644); err != nil {
		t.Fatal(err)
	}
	s := start(t, localnats.Options{Dir: dir})
	if strings.HasSuffix(s.URL(), ":"+strconv.Itoa(taken)) {
		t.Error("the URL names a port that belongs to another process")
	}
	stream(t, s.URL())
}

func TestWantedPort(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s := start(t, localnats.Options{Dir: t.TempDir(), Port: port})
	if !strings.HasSuffix(s.URL(), ":"+strconv.Itoa(port)) {
		t.Errorf("listens at %s", s.URL())
	}
}

func TestMessagesAreBounded(t *testing.T) {
	s := start(t, localnats.Options{Dir: t.TempDir()})
	nc, err := nats.Connect(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if nc.MaxPayload() != localnats.MaxPayload {
		t.Errorf("max payload is %d", nc.MaxPayload())
	}
	if !nc.HeadersSupported() {
		t.Error("no headers")
	}
	if _, err := localnats.Start(localnats.Options{}); err == nil {
		t.Error("a server without a directory started")
	}
}
