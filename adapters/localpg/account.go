package localpg

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// account is who runs the server. PostgreSQL refuses root, so that root lends
// the work to an account without rights.
type account struct {
	name     string
	uid, gid int
	switched bool
}

// unprivileged are the accounts root looks for, in this order.
var unprivileged = []string{"postgres", "nobody"}

func serverAccount() (account, error) {
	return accountFor(os.Geteuid(), os.Getegid(), user.Lookup)
}

func accountFor(uid, gid int, lookup func(string) (*user.User, error)) (account, error) {
	if uid != 0 {
		return account{uid: uid, gid: gid}, nil
	}
	for _, name := range unprivileged {
		u, err := lookup(name)
		if err != nil {
			continue
		}
		auid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		agid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if uidErr == nil && gidErr == nil && auid != 0 {
			return account{name: name, uid: int(auid), gid: int(agid), switched: true}, nil
		}
	}
	return account{}, fmt.Errorf("localpg: PostgreSQL does not run as root, and none of the accounts %v exists", unprivileged)
}

// own hands a file or directory to the account.
func (a account) own(path string) error {
	if !a.switched {
		return nil
	}
	if err := os.Lchown(path, a.uid, a.gid); err != nil {
		return fmt.Errorf("localpg: give %s to the account %s that runs the server: %w", path, a.name, err)
	}
	return nil
}

func (a account) credential() *syscall.Credential {
	if !a.switched {
		return nil
	}
	return &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
}
