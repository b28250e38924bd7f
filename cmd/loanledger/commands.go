package main

import "github.com/spf13/cobra"

// commands is every command, in the order of the help text.
func (t *terminal) commands() []*cobra.Command {
	return []*cobra.Command{
		t.dev(), t.serve(), t.migrate(), t.doctor(), t.simulate(), t.replay(), t.verify(), t.rebuild(), t.archive(),
		t.closeDay(), t.book(), t.clock(), t.token(), t.key(), t.bench(), t.chaos(),
	}
}
