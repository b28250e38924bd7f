package localpg

import "strconv"

// settings are given on the command line, so that the files of the cluster
// stay as initdb wrote them and an update of this program reaches old clusters.
func settings(volatile bool, port int, sockets string) []string {
	s := []string{
		"cluster_name=loanledger",
		"listen_addresses=127.0.0.1",
		"port=" + strconv.Itoa(port),
		"unix_socket_directories=" + sockets,
		"password_encryption=scram-sha-256",
		"timezone=UTC",
		"log_timezone=UTC",
		// Statements of the ledger are short: compiling them costs more than
		// it saves, and an index is always worth a random read.
		"jit=off",
		"random_page_cost=1.1",
		// The log is append-only: few checkpoints, spread out, cost the fewest
		// full-page images.
		"wal_buffers=16MB",
		"max_wal_size=4GB",
		// Files of the log that are there already are written over; a new one is
		// filled with zeros first, and every commit waits meanwhile.
		"min_wal_size=1GB",
		"checkpoint_timeout=15min",
		"checkpoint_completion_target=0.9",
		"max_locks_per_transaction=128",
	}
	if volatile {
		s = append(s, "shared_buffers=128MB", "max_connections=500",
			"fsync=off", "synchronous_commit=off", "full_page_writes=off")
	} else {
		s = append(s, "shared_buffers=512MB", "max_connections=200",
			"fsync=on", "synchronous_commit=on", "full_page_writes=on")
	}
	args := make([]string, 0, 2*len(s))
	for _, setting := range s {
		args = append(args, "-c", setting)
	}
	return args
}
