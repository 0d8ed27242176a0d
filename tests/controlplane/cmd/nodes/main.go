// Command nodes serves control planes that are not this module's own. "nodes
// prepare" writes certificates, kubeconfigs and arguments for servers found as
// binaries; "nodes guard" runs one of them and ends it when the parent dies;
// "nodes simulate" plays the kubelets on any cluster.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/clientcmd"

	"kubectl-ds.example/controlplane/lifetime"
	"kubectl-ds.example/controlplane/simulator"
	"kubectl-ds.example/controlplane/workdir"
)

func main() {
	commands := map[string]func([]string) error{"prepare": prepare, "guard": guard, "simulate": simulate}
	err := errors.New("usage: nodes prepare|guard|simulate [flags]")
	if len(os.Args) > 1 && commands[os.Args[1]] != nil {
		err = commands[os.Args[1]](os.Args[2:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "nodes:", err)
		os.Exit(1)
	}
}

// prepared is what prepare prints, as JSON: how to run the servers and the simulator.
type prepared struct {
	Arguments map[string][]string `json:"arguments"`
	Simulator []string            `json:"simulator"`
}

func prepare(arguments []string) error {
	flags := pflag.NewFlagSet("prepare", pflag.ContinueOnError)
	settings := &workdir.Settings{}
	settings.AddFlags(flags)
	simulated := pflag.NewFlagSet("simulate", pflag.ContinueOnError)
	(&simulator.Options{}).AddFlags(simulated)
	flags.AddFlagSet(simulated)
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
	result := prepared{
		Arguments: map[string][]string{
			"etcd":                    dir.EtcdArguments(etcdURL, fmt.Sprintf("http://127.0.0.1:%d", *etcdPeerPort)),
			"kube-apiserver":          dir.APIServerArguments(settings, etcdURL),
			"kube-controller-manager": dir.ControllerManagerArguments(settings),
			"kube-scheduler":          dir.SchedulerArguments(settings),
		},
		Simulator: []string{fmt.Sprintf("--heartbeat=%s", settings.Heartbeat())},
	}
	simulated.VisitAll(func(flag *pflag.Flag) {
		if flag.Changed {
			result.Simulator = append(result.Simulator, fmt.Sprintf("--%s=%s", flag.Name, flag.Value))
		}
	})
	return json.NewEncoder(os.Stdout).Encode(result)
}

// The data is thrown away, so a server that hangs on its way down is killed.
const shutdownPatience = 10 * time.Second

func guard(words []string) error {
	if len(words) == 0 {
		return errors.New("guard: want a program and its arguments")
	}
	ctx, cancel := lifetime.Context(true)
	defer cancel()
	program := exec.CommandContext(ctx, words[0], words[1:]...)
	program.Stdout, program.Stderr = os.Stdout, os.Stderr
	program.Cancel = func() error { return program.Process.Signal(syscall.SIGTERM) }
	program.WaitDelay = shutdownPatience
	err := program.Run()
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("%s ended: %w", words[0], errors.Join(err, errors.New("nobody told it to")))
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
	ctx, cancel := lifetime.Context(*withStdin)
	defer cancel()
	return simulator.Run(ctx, config, options.WithHeartbeat(*heartbeat))
}
