package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/eventstore/tree"
	"loanledger/projections"
)

// online checks every book of a database.
func (v *verification) online(ctx context.Context, a *app) error {
	books, err := a.store.Books(ctx)
	if err != nil {
		return err
	}
	kept, err := v.keptHeads(ctx, a.store, books)
	if err != nil {
		return err
	}
	for _, b := range books {
		if err := v.log(ctx, a.store, b, kept); err != nil {
			return broken(err)
		}
	}
	err = projections.Verify(ctx, a.pool, a.store, nil, func(k projections.Check) { v.pass(k.Book, k.Name, k.Count) })
	if err != nil {
		return broken(err)
	}
	return v.finish()
}

// log checks the log of a book against its tree, its checkpoints and its batches. When something is
// off, each of these may name the place more closely than the others.
func (v *verification) log(ctx context.Context, store *pgstore.Store, b pgstore.Book, kept []tree.Head) error {
	origin := tree.Origin(b.Lender, b.Book)
	check := pgstore.TreeCheck{}
	by := "stored keys"
	if of := v.known.Of(origin); len(of) > 0 {
		check.Keys, by = of, "given keys"
	}
	for _, k := range kept {
		if k.Origin == origin {
			check.Kept = append(check.Kept, k)
		}
	}
	done, treeErr := store.CheckTree(ctx, b.Book, check)
	if treeErr == nil {
		v.pass(b.Book, "events are the leaves of the tree", done.Events)
		v.pass(b.Book, "stored tiles of the tree", done.Tiles)
		v.pass(b.Book, "checkpoints over these events, signed by "+by, done.Checkpoints)
		if done.Kept > 0 {
			v.pass(b.Book, "begins with what the kept checkpoint was signed over", check.Kept[0].Size)
		}
	} else if !errors.Is(treeErr, pgstore.ErrBroken) {
		return treeErr
	}
	last, batchErr := store.CheckBatches(ctx, b.Book)
	if treeErr == nil && batchErr == nil {
		v.pass(b.Book, "stored bytes, each batch chained to the one before", int64(last))
	}
	return errors.Join(treeErr, batchErr)
}

// keptHeads opens the checkpoint that somebody kept, where one is given.
func (v *verification) keptHeads(ctx context.Context, store *pgstore.Store, books []pgstore.Book) ([]tree.Head, error) {
	if v.checkpoint == "" {
		return nil, nil
	}
	text, err := readCheckpoint(v.checkpoint)
	if err != nil {
		return nil, err
	}
	said, err := tree.ReadCheckpoint(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", v.checkpoint, err)
	}
	for _, b := range books {
		if tree.Origin(b.Lender, b.Book) != said.Origin {
			continue
		}
		keys := v.known.Of(said.Origin)
		if len(keys) == 0 {
			if keys, err = keysOf(ctx, store, b.Book); err != nil {
				return nil, err
			}
		}
		head, _, err := tree.OpenCheckpoint(text, keys)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", v.checkpoint, err)
		}
		return []tree.Head{head}, nil
	}
	return nil, fmt.Errorf("%s is of the log %s, which is not in this database", v.checkpoint, said.Origin)
}

// readCheckpoint is a checkpoint from a file: the text, or the JSON of /v1/log/checkpoint.
func readCheckpoint(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", usageError{err}
	}
	return checkpointIn(data), nil
}

// keysOf is the public keys of a book, as the database has them.
func keysOf(ctx context.Context, store *pgstore.Store, book eventstore.Book) (tree.Keys, error) {
	stored, err := store.SigningKeys(ctx, book)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, k := range stored {
		lines = append(lines, k.Public)
	}
	keys, err := tree.ParseKeys(strings.Join(lines, "\n"))
	if err != nil {
		return nil, fmt.Errorf("the public keys of book %d: %w", book, err)
	}
	return keys, nil
}
