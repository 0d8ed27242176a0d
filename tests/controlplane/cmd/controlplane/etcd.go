package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/server/v3/embed"

	"kubectl-ds.example/controlplane/workdir"
)

type etcd struct {
	server *embed.Etcd
	url    string
}

func startEtcd(ctx context.Context, dir *workdir.Dir) (*etcd, error) {
	server, err := embed.StartEtcd(etcdConfig(dir))
	if err != nil {
		return nil, fmt.Errorf("etcd: %w", err)
	}
	started := &etcd{server: server, url: "https://" + server.Clients[0].Addr().String()}
	select {
	case <-server.Server.ReadyNotify():
		return started, nil
	case err = <-server.Err():
	case <-ctx.Done():
		err = ctx.Err()
	}
	started.stop()
	return nil, errors.Join(errors.New("etcd did not come up"), err)
}

func etcdConfig(dir *workdir.Dir) *embed.Config {
	certificate, key, authority := dir.EtcdFiles()
	config := embed.NewConfig()
	config.Dir = dir.EtcdData()
	config.LogLevel = "error"
	config.LogOutputs = []string{"stderr"}
	// The database outlives nothing, so a power cut may take it.
	config.UnsafeNoFsync = true
	config.QuotaBackendBytes = 8 << 30
	clients := url.URL{Scheme: "https", Host: "127.0.0.1:0"}
	peers := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{clients}, []url.URL{clients}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{peers}, []url.URL{peers}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.ClientTLSInfo = transport.TLSInfo{
		CertFile: certificate, KeyFile: key, TrustedCAFile: authority, ClientCertAuth: true,
	}
	return config
}

func (e *etcd) stop() {
	if e != nil {
		e.server.Close()
	}
}
