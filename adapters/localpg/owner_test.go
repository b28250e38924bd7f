package localpg_test

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"loanledger/adapters/localpg"
)

func TestSecondOwnerIsRefused(t *testing.T) {
	dir := t.TempDir()
	o := startOwner(t, dir, nil)
	_, err := localpg.Start(t.Context(), localpg.Options{Dir: dir})
	if !errors.Is(err, localpg.ErrOwned) {
		t.Fatalf("want ErrOwned, got %v", err)
	}
	if pid := strconv.Itoa(o.cmd.Process.Pid); !strings.Contains(err.Error(), "process "+pid) {
		t.Errorf("%v: does not name the owner %s", err, pid)
	}
	if got := query[int](t, o.url, `SELECT 1`); got != 1 {
		t.Errorf("the first owner's server answers %d", got)
	}
}

func TestKilledOwnerIsFollowed(t *testing.T) {
	dir := t.TempDir()
	o := startOwner(t, dir, nil)
	execute(t, o.url, `CREATE TABLE kept AS SELECT 7 AS v`)
	session, err := pgx.Connect(t.Context(), o.url) // holds the server up if it waits for sessions
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close(t.Context())
	o.kill()
	s := start(t, dir)
	if s.PID() == o.postmaster {
		t.Error("the server is the one of the killed owner")
	}
	if got := query[int](t, s.URL("postgres"), `SELECT v FROM kept`); got != 7 {
		t.Errorf("kept row is %d", got)
	}
}

func TestKilledOwnerLeavesNoServer(t *testing.T) {
	if runtime.GOOS != "linux" {
		return // only Linux has a death signal; elsewhere the next start clears up
	}
	dir := t.TempDir()
	o := startOwner(t, dir, nil)
	o.kill()
	for deadline := time.Now().Add(20 * time.Second); running(o.postmaster); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("server %d outlives its owner", o.postmaster)
		}
	}
	stop(t, start(t, dir)) // takes away the directory of the socket, too
}

// running tells whether the process exists and is more than an unreaped entry.
func running(pid int) bool {
	_, err := os.Stat("/proc/" + strconv.Itoa(pid) + "/cwd")
	return err == nil
}

func TestKilledServerStartsAgain(t *testing.T) {
	dir := t.TempDir()
	s := startWith(t, localpg.Options{Dir: dir})
	execute(t, s.URL("postgres"), `CREATE TABLE kept AS SELECT 7 AS v`)
	session, err := pgx.Connect(t.Context(), s.URL("postgres")) // its process stays a moment longer
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close(t.Context())
	if err := syscall.Kill(s.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-s.Done()
	stop(t, s)
	again := start(t, dir)
	if got := query[int](t, again.URL("postgres"), `SELECT v FROM kept`); got != 7 {
		t.Errorf("kept row is %d", got)
	}
	if got := s.URL("postgres"); got != again.URL("postgres") {
		t.Errorf("URL changed over the crash: %s, then %s", got, again.URL("postgres"))
	}
}

// A stale pid file may name a process that has nothing to do with the server,
// and even runs under the server's account.
func TestReusedProcessIDIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	stop(t, start(t, dir))
	data := filepath.Join(dir, "data")
	info, err := os.Stat(data)
	if err != nil {
		t.Fatal(err)
	}
	owner := info.Sys().(*syscall.Stat_t)
	stranger := exec.Command("sleep", "600")
	stranger.Dir = "/"
	if os.Geteuid() == 0 {
		stranger.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}
	}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = stranger.Process.Kill()
		_ = stranger.Wait()
	}()
	stale := strconv.Itoa(stranger.Process.Pid) + "\n" + data + "\n1700000000\n20000\n/tmp\n127.0.0.1\n"
	pidFile := filepath.Join(data, "postmaster.pid")
	if err := os.WriteFile(pidFile, []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(pidFile, int(owner.Uid), int(owner.Gid)); err != nil {
		t.Fatal(err)
	}
	s := start(t, dir)
	if got := query[int](t, s.URL("postgres"), `SELECT 1`); got != 1 {
		t.Errorf("SELECT 1 is %d", got)
	}
	if !running(stranger.Process.Pid) {
		t.Error("the stranger was ended")
	}
}

// Root also tries what every other account does: a server of its own.
func TestOrdinaryAccountRunsItsOwnServer(t *testing.T) {
	dir := t.TempDir()
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
		if dir, err = os.MkdirTemp("/tmp", "localpg-nobody-"); err != nil { // the temporary directory of the test is root's
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(dir) })
		if err := os.Chown(dir, uid, uid); err != nil {
			t.Fatal(err)
		}
	}
	o := startOwner(t, dir, as)
	if got := query[string](t, o.url, `SELECT current_user::text`); got != localpg.Role {
		t.Errorf("role is %s", got)
	}
	process, err := os.Stat("/proc/" + strconv.Itoa(o.postmaster))
	if err != nil {
		t.Fatal(err)
	}
	if as != nil && process.Sys().(*syscall.Stat_t).Uid != as.Uid {
		t.Error("the server does not run as the account that started it")
	}
}
