package main

import (
	"github.com/spf13/cobra"

	"github.com/countersign/countersign/internal/interop"
)

func newServersCommand(f *flags) *cobra.Command {
	folder := "servers"
	cmd := &cobra.Command{
		Use: "servers", Args: cobra.NoArgs,
		Short: "judge the servers of servers/ by the endpoint suite and publish the matrix",
		Long: `Builds each server, starts it on loopback with keys and a folder for its data
that are made for the run, judges its answers, ends it, and publishes as interop
does. Exit codes are those of interop.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := interop.Load(f.adapters)
			if err != nil {
				return err
			}
			servers, err := all.LoadServers(folder)
			if err != nil {
				return err
			}
			var programs []*interop.Program
			for _, s := range servers {
				programs = append(programs, &s.Program)
			}
			return f.judge(cmd.Context(), all, programs)
		},
	}
	f.registerRun(cmd.Flags())
	cmd.Flags().StringVar(&folder, "servers", folder, "the `FOLDER` of the servers")
	return cmd
}
