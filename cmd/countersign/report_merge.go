package main

import (
	"bytes"

	"github.com/spf13/cobra"

	"github.com/countersign/countersign/reports"
)

func newReportMergeCommand(env *environment) *cobra.Command {
	var wanted []string
	var asJSON bool
	cmd := reportMergePage.command(cobra.MinimumNArgs(1), func(cmd *cobra.Command, args []string) error {
		targets, err := parseFileTargets(wanted)
		if err != nil {
			return err
		}
		inputs := make([]input, len(args))
		for i, name := range args {
			inputs[i] = input{name, name}
		}
		shards := make([]reports.Shard, len(args))
		for i, name := range args {
			data, err := env.read(cmd.Context(), name)
			if err != nil {
				return err
			}
			stream, err := reports.Read(bytes.NewReader(data))
			if err != nil {
				return usageError("%s: %w", sourceName(name), err)
			}
			shards[i] = reports.Shard{Name: sourceName(name), Stream: stream}
		}
		merged, err := reports.Merge(shards)
		if err != nil {
			return usageError("%w", err)
		}
		merged = merged.Redact(env.Redactor.String)
		for i := range targets {
			targets[i].path = pathFor(targets[i].path, merged)
			if shard := readBy(targets[i].path, inputs); shard != "" {
				return usageError("--report %s=%s: the stream %s is that file, and it would be lost; nothing was written", targets[i].kind, targets[i].path, shard)
			}
		}
		failed := env.writeReports(merged, targets)
		if err := show(env, []*reports.Stream{merged}, asJSON, false); err != nil {
			return err
		}
		if reports.ExitCode(merged.Footer) != exitAsExpected {
			failed = worse(failed, errNonconformant)
		}
		return failed
	})
	cmd.Flags().StringArrayVar(&wanted, "report", nil, reportFlag)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the merged stream (NDJSON) instead of the table")
	return cmd
}
