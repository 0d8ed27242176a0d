package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"kubectl-ds.example/controlplane/simulator"
	"kubectl-ds.example/controlplane/workdir"
)

const startPatience = 2 * time.Minute

// servers are the parts that run, in the order in which they were started.
type servers struct {
	url     string
	etcd    *etcd
	running sync.WaitGroup
	failed  chan error
}

func start(ctx context.Context, o *options, dir *workdir.Dir, s *servers) error {
	s.failed = make(chan error, 4)
	listener, err := listen(&o.settings)
	if err != nil {
		return err
	}
	s.url = fmt.Sprintf("https://127.0.0.1:%d", o.settings.Port)
	if err := dir.Prepare(&o.settings); err != nil {
		return err
	}
	components, err := parseComponents(dir, &o.settings, listener)
	if err != nil {
		return err
	}
	if s.etcd, err = startEtcd(ctx, dir); err != nil {
		return err
	}
	components.setEtcd(s.etcd.url)
	s.launch("kube-apiserver", ctx, components.runAPIServer)
	config, err := clientcmd.BuildConfigFromFlags("", dir.Kubeconfig(workdir.Simulator))
	if err != nil {
		return err
	}
	if err := s.waitUntil(ctx, "kube-apiserver", config, apiServerReady); err != nil {
		return err
	}
	s.launch("kube-controller-manager", ctx, components.runControllerManager)
	s.launch("kube-scheduler", ctx, components.runScheduler)
	s.launch("node simulator", ctx, func(ctx context.Context) error {
		return simulator.Run(ctx, config, o.simulator.WithHeartbeat(o.settings.Heartbeat()))
	})
	return s.waitUntil(ctx, "kube-controller-manager", config, podsCanBeCreated)
}

// launch runs a part until it ends; one that ends before it is told to has failed.
func (s *servers) launch(name string, ctx context.Context, run func(context.Context) error) {
	s.running.Go(func() {
		err := run(ctx)
		if ctx.Err() == nil {
			s.failed <- fmt.Errorf("%s ended: %w", name, errors.Join(err, errors.New("nobody told it to")))
		}
	})
}

func (s *servers) wait(ctx context.Context) error {
	select {
	case err := <-s.failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

func (s *servers) waitUntil(ctx context.Context, what string, config *rest.Config, ready func(context.Context, kubernetes.Interface) bool) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	err = wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, startPatience, true, func(ctx context.Context) (bool, error) {
		select {
		case err := <-s.failed:
			return false, err
		default:
			return ready(ctx, client), nil
		}
	})
	if err != nil {
		return fmt.Errorf("waiting for %s: %w", what, err)
	}
	return nil
}

func (s *servers) stop(patience time.Duration) {
	done := make(chan struct{})
	go func() {
		s.running.Wait()
		s.etcd.stop()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience):
	}
}
