// Command nodes serves control planes that are not this module's own. "nodes
// prepare" writes certificates, kubeconfigs and arguments for servers found as
// binaries; "nodes simulate" plays the kubelets on any cluster.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/clientcmd"

	"kubectl-ds.example/controlplane/simulator"
	"kubectl-ds.example/controlplane/workdir"
)

func main() {
	commands := map[string]func([]string) error{"prepare": prepare, "simulate": simulate}
	err := fmt.Errorf("usage: nodes prepare|simulate [flags]")
	if len(os.Args) > 1 && commands[os.Args[1]] != nil {
		err = commands[os.Args[1]](os.Args[2:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "nodes:", err)
		os.Exit(1)
	}
}

// prepare prints the arguments of each server as JSON.
func prepare(arguments []string) error {
	flags := pflag.NewFlagSet("prepare", pflag.ContinueOnError)
	settings := &workdir.Settings{}
	settings.AddFlags(flags)
	path := flags.String("workdir", "", "folder to write to")
	etcdPort := flags.Int("etcd-port", 0, "etcd's port for clients")
	etcdPeerPort := flags.Int("etcd-peer-port", 0, "etcd's port for peers")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *path == "" || settings.Port == 0 || *etcdPort == 0 || *etcdPeerPort == 0 {
		return fmt.Errorf("prepare: want --workdir, --port, --etcd-port and --etcd-peer-port")
	}
	dir, err := workdir.Open(*path)
	if err != nil {
		return err
	}
	if err := dir.Prepare(settings); err != nil {
		return err
	}
	etcdURL := fmt.Sprintf("https://127.0.0.1:%d", *etcdPort)
	return json.NewEncoder(os.Stdout).Encode(map[string][]string{
		"etcd":                    dir.EtcdArguments(etcdURL, fmt.Sprintf("http://127.0.0.1:%d", *etcdPeerPort)),
		"kube-apiserver":          dir.APIServerArguments(settings, etcdURL),
		"kube-controller-manager": dir.ControllerManagerArguments(settings),
		"kube-scheduler":          dir.SchedulerArguments(settings),
	})
}

func simulate(arguments []string) error {
	flags := pflag.NewFlagSet("simulate", pflag.ContinueOnError)
	options := simulator.Options{}
	options.AddFlags(flags)
	kubeconfig := flags.String("kubeconfig", "", "cluster to play kubelets on")
	kubeContext := flags.String("context", "", "context of the kubeconfig")
	heartbeat := flags.Duration("heartbeat", 10*time.Second, "how often leases are renewed")
	withStdin := flags.Bool("exit-with-stdin", false, "stop when standard input ends, as it does when the parent dies")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
		&clientcmd.ClientConfigLoadingRules{ExplicitPath: *kubeconfig},
		&clientcmd.ConfigOverrides{CurrentContext: *kubeContext}).ClientConfig()
	if err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer cancel()
	if *withStdin {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			cancel()
		}()
	}
	return simulator.Run(ctx, config, options.WithHeartbeat(*heartbeat))
}
