package main

import (
	"context"
	"fmt"
	"net"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/client-go/rest"
	cliflag "k8s.io/component-base/cli/flag"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	apiserveroptions "k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	controllermanageroptions "k8s.io/kubernetes/cmd/kube-controller-manager/app/options"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	scheduleroptions "k8s.io/kubernetes/cmd/kube-scheduler/app/options"

	"kubectl-ds.example/controlplane/workdir"
)

// components are the three Kubernetes servers with their arguments read. The
// cobra commands of the three cannot share a process: each installs the signal
// handler, which panics the second time.
type components struct {
	apiServer         *apiserveroptions.ServerRunOptions
	controllerManager *controllermanageroptions.KubeControllerManagerOptions
	scheduler         *scheduleroptions.Options
}

// serverCommand is the command line of one server, for binaries of somebody's
// that lack it: envtest's hold etcd and kube-apiserver only. nil for another name.
func serverCommand(name string) *cobra.Command {
	switch name {
	case "kube-apiserver":
		return apiserver.NewAPIServerCommand()
	case "kube-controller-manager":
		return controllermanager.NewControllerManagerCommand()
	case "kube-scheduler":
		return scheduler.NewSchedulerCommand()
	}
	return nil
}

func listen(settings *workdir.Settings) (net.Listener, error) {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", settings.Port))
	if err != nil {
		return nil, err
	}
	settings.Port = listener.Addr().(*net.TCPAddr).Port
	return listener, nil
}

// The servers keep their client-go warnings to themselves, as their commands do.
func rejectWarnings() {
	rest.SetDefaultWarningHandler(rest.NoWarnings{})
}

func parseComponents(dir *workdir.Dir, settings *workdir.Settings, listener net.Listener) (*components, error) {
	c := &components{apiServer: apiserveroptions.NewServerRunOptions(), scheduler: scheduleroptions.NewOptions()}
	var err error
	if c.controllerManager, err = controllermanageroptions.NewKubeControllerManagerOptions(); err != nil {
		return nil, err
	}
	c.apiServer.SecureServing.Listener = listener
	if err := parse(c.apiServer.Flags(), dir.APIServerArguments(settings, "")); err != nil {
		return nil, fmt.Errorf("kube-apiserver: %w", err)
	}
	controllers := c.controllerManager.Flags(controllermanager.KnownControllers(),
		controllermanager.ControllersDisabledByDefault(), controllermanager.ControllerAliases())
	c.controllerManager.ParsedFlags = &controllers
	if err := parse(controllers, dir.ControllerManagerArguments(settings)); err != nil {
		return nil, fmt.Errorf("kube-controller-manager: %w", err)
	}
	if err := parse(*c.scheduler.Flags, dir.SchedulerArguments(settings)); err != nil {
		return nil, fmt.Errorf("kube-scheduler: %w", err)
	}
	// One registry of feature gates serves all three.
	return c, c.apiServer.GenericServerRunOptions.ComponentGlobalsRegistry.Set()
}

func parse(named cliflag.NamedFlagSets, arguments []string) error {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, set := range named.FlagSets {
		flags.AddFlagSet(set)
	}
	return flags.Parse(arguments)
}

// setEtcd comes after the arguments were read, since etcd picks its own port.
func (c *components) setEtcd(url string) {
	c.apiServer.Etcd.StorageConfig.Transport.ServerList = []string{url}
}

func (c *components) runAPIServer(ctx context.Context) error {
	completed, err := c.apiServer.Complete(ctx)
	if err != nil {
		return err
	}
	if errs := completed.Validate(); len(errs) != 0 {
		return utilerrors.NewAggregate(errs)
	}
	return apiserver.Run(ctx, completed)
}

func (c *components) runControllerManager(ctx context.Context) error {
	config, err := c.controllerManager.Config(ctx, controllermanager.KnownControllers(),
		controllermanager.ControllersDisabledByDefault(), controllermanager.ControllerAliases())
	if err != nil {
		return err
	}
	return controllermanager.Run(ctx, config.Complete())
}

func (c *components) runScheduler(ctx context.Context) error {
	config, built, err := scheduler.Setup(ctx, c.scheduler)
	if err != nil {
		return err
	}
	return scheduler.Run(ctx, config, built)
}
