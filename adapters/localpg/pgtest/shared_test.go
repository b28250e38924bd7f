package pgtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// userMode names the variable that makes this test binary a process that joins
// the shared server, tells its address, and stays until its input ends.
const userMode = "LOANLEDGER_PGTEST_TEST_USER"

func TestMain(m *testing.M) {
	if os.Getenv(userMode) == "" {
		os.Exit(m.Run())
	}
	address, err := join()
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Println(address)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// userProcess is a test process that uses the shared server of a test.
type userProcess struct {
	t       *testing.T
	cmd     *exec.Cmd
	input   io.Closer
	address sharedServer
}

// tempDir is a place for a shared directory of the test's own.
func tempDir(t *testing.T) (string, sharedDir) {
	t.Helper()
	dir := t.TempDir()
	return dir, sharedDir(filepath.Join(dir, fmt.Sprintf("loanledger-pgtest-%d", os.Geteuid())))
}

func startUser(t *testing.T, temp string, as *syscall.Credential) *userProcess {
	t.Helper()
	cmd := exec.Command("/proc/self/exe") // the directory of the binary is closed to other accounts
	cmd.Env = append(os.Environ(), userMode+"=1", "TMPDIR="+temp)
	cmd.Dir = "/"
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	u := &userProcess{t: t, cmd: cmd, input: in}
	t.Cleanup(func() {
		_ = u.input.Close()
		_ = u.cmd.Wait() // of one that left: already done
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "postgres://") {
		t.Fatalf("a user of the server said %q, %v", line, err)
	}
	u.address = sharedServer(strings.TrimSpace(line))
	return u
}

func (u *userProcess) leave() {
	u.t.Helper()
	if err := u.input.Close(); err != nil {
		u.t.Fatal(err)
	}
	if err := u.cmd.Wait(); err != nil {
		u.t.Fatal(err)
	}
}

func answers(t *testing.T, s sharedServer) bool {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.url("postgres"))
	if err != nil {
		return false
	}
	return conn.Close(t.Context()) == nil
}

// awaitEnd waits until no supervisor is left and checks that nothing stays.
func awaitEnd(t *testing.T, d sharedDir, s sharedServer) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		free, err := lock(d.file("supervisor"), syscall.LOCK_SH|syscall.LOCK_NB)
		if err == nil {
			free.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the supervisor stays after the last user")
		}
	}
	if answers(t, s) {
		t.Error("the server stays after the last user")
	}
	if _, err := os.Stat(d.file("pg")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the server's files stay: %v", err)
	}
}

func TestServerStaysFromFirstToLastUser(t *testing.T) {
	temp, dir := tempDir(t)
	first := startUser(t, temp, nil)
	second := startUser(t, temp, nil)
	if first.address != second.address {
		t.Errorf("two servers: %s, %s", first.address, second.address)
	}
	first.leave()
	time.Sleep(300 * time.Millisecond)
	if !answers(t, second.address) {
		t.Fatal("the server left with the process that started it")
	}
	second.leave()
	awaitEnd(t, dir, second.address)

	third := startUser(t, temp, nil)
	if !answers(t, third.address) {
		t.Error("no server after the first one ended")
	}
	third.leave()
	awaitEnd(t, dir, third.address)
}

func TestKilledUserLeavesToo(t *testing.T) {
	temp, dir := tempDir(t)
	u := startUser(t, temp, nil)
	if err := u.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	awaitEnd(t, dir, u.address)
}

func TestKilledSupervisorIsReplaced(t *testing.T) {
	temp, dir := tempDir(t)
	first := startUser(t, temp, nil)
	text, err := os.ReadFile(filepath.Join(dir.file("pg"), "owner.lock"))
	if err != nil {
		t.Fatal(err)
	}
	supervisor, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(supervisor, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	first.leave()
	second := startUser(t, temp, nil)
	if !answers(t, second.address) {
		t.Error("no server after the supervisor was killed")
	}
	second.leave()
	awaitEnd(t, dir, second.address)
}

// Between two packages of one go test run there may be no test process at all.
func TestServerStaysForTheGoCommand(t *testing.T) {
	temp, dir := tempDir(t)
	u := startUser(t, temp, nil)
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(sleep)
	if err != nil {
		t.Fatal(err)
	}
	goCommand := filepath.Join(temp, "go")
	if err := os.WriteFile(goCommand, program, 0o755); err != nil {
		t.Fatal(err)
	}
	runner := exec.Command(goCommand, "600")
	if err := runner.Start(); err != nil {
		t.Fatal(err)
	}
	endRunner := func() {
		_ = runner.Process.Kill()
		_ = runner.Wait()
	}
	t.Cleanup(endRunner)
	if err := dir.registerRunner(runner.Process.Pid); err != nil {
		t.Fatal(err)
	}
	u.leave()
	time.Sleep(500 * time.Millisecond)
	if !answers(t, u.address) {
		t.Fatal("the server left before the go command")
	}
	endRunner()
	awaitEnd(t, dir, u.address)
}

// Root also tries what every other account does.
func TestOrdinaryAccountHasItsOwnServer(t *testing.T) {
	temp, dir := tempDir(t)
	var as *syscall.Credential
	if os.Geteuid() == 0 {
		nobody, err := user.Lookup("nobody")
		if err != nil {
			t.Fatal(err)
		}
		uid, err := strconv.Atoi(nobody.Uid)
		if err != nil {
			t.Fatal(err)
		}
		as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}
		if temp, err = os.MkdirTemp("/tmp", "pgtest-nobody-"); err != nil { // the test's own is root's
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(temp) })
		if err := os.Chown(temp, uid, uid); err != nil {
			t.Fatal(err)
		}
		dir = sharedDir(filepath.Join(temp, "loanledger-pgtest-"+nobody.Uid))
	}
	u := startUser(t, temp, as)
	if !answers(t, u.address) {
		t.Error("no server for an ordinary account")
	}
	u.leave()
	awaitEnd(t, dir, u.address)
}

func TestForeignSharedDirectoryIsRefused(t *testing.T) {
	temp, dir := tempDir(t)
	t.Setenv("TMPDIR", temp)
	if got, err := openSharedDir(); err != nil || got != dir {
		t.Fatalf("got %s, %v, want %s", got, err, dir)
	}
	if err := os.Chmod(string(dir), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := openSharedDir(); err == nil {
		t.Error("a directory open to everyone was accepted")
	}
}
