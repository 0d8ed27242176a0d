// Command controlplane runs etcd, kube-apiserver, kube-controller-manager,
// kube-scheduler and simulated nodes in one process on loopback, and prints one
// line on standard output when all of them serve. With the name of one of
// Kubernetes' servers as its first argument it is that server alone.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/component-base/cli"
	"k8s.io/klog/v2"

	"kubectl-ds.example/controlplane/lifetime"
	"kubectl-ds.example/controlplane/simulator"
	"kubectl-ds.example/controlplane/workdir"
)

// The data is thrown away, so a server that hangs on its way down is left behind.
const shutdownPatience = 5 * time.Second

type options struct {
	settings  workdir.Settings
	simulator simulator.Options
	path      string
	lifetime  time.Duration
	withStdin bool
}

func main() {
	if len(os.Args) > 1 {
		if command := serverCommand(os.Args[1]); command != nil {
			command.SetArgs(os.Args[2:])
			os.Exit(cli.Run(command))
		}
	}
	if err := run(parseFlags()); err != nil {
		fmt.Fprintln(os.Stderr, "controlplane:", err)
		os.Exit(1)
	}
}

func parseFlags() *options {
	o := &options{}
	flags := pflag.CommandLine
	o.settings.AddFlags(flags)
	o.simulator.AddFlags(flags)
	flags.StringVar(&o.path, "workdir", "", "folder for certificates, data and logs; logs stay in it (default: a temporary one, removed)")
	flags.DurationVar(&o.lifetime, "lifetime", 0, "stop after this long; 0 means when told to")
	flags.BoolVar(&o.withStdin, "exit-with-stdin", false, "stop when standard input ends, as it does when the parent dies")
	pflag.Parse()
	return o
}

func run(o *options) error {
	ctx, cancel := untilEnd(o)
	defer cancel()
	rejectWarnings()
	dir, err := workdir.Open(o.path)
	if err != nil {
		return err
	}
	defer func() {
		if err := dir.Remove(); err != nil {
			klog.ErrorS(err, "The folder could not be removed")
		}
	}()
	servers := &servers{}
	err = start(ctx, o, dir, servers)
	if err == nil {
		fmt.Printf("ready %s kubeconfig=%s\n", servers.url, dir.Kubeconfig(workdir.Admin))
		err = servers.wait(ctx)
	}
	cancel()
	servers.stop(shutdownPatience)
	return err
}

func untilEnd(o *options) (context.Context, context.CancelFunc) {
	ctx, cancel := lifetime.Context(o.withStdin)
	if o.lifetime == 0 {
		return ctx, cancel
	}
	limited, stop := context.WithTimeout(ctx, o.lifetime)
	return limited, func() { stop(); cancel() }
}
