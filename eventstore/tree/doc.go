// Package tree makes a book provable: its events are the leaves of a Merkle tree as of RFC 6962
// (golang.org/x/mod/sumdb/tlog), and the head of the tree is signed as a checkpoint (C2SP
// tlog-checkpoint, golang.org/x/mod/sumdb/note). The package computes and checks; storing is for
// others.
//
// Event number n of a book, counted from 0, is leaf n: an event's index is its position less one. A
// leaf has hashes of the event's data in place of the data (see Leaf), so that an event can be shown
// to be in the log without showing what it says, and sealed parts never leave.
//
// The origin of a book's checkpoints, and the name of the keys that sign them, is Origin:
// "loanledger/<lender>/<book>". It stays the same as long as the book exists. Two installations may
// have the same origin; their keys tell them apart.
package tree
