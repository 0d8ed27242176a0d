// Package workdir lays out the folder that one control plane lives in: its
// certificates, kubeconfigs, tokens, policies and the arguments of its servers.
package workdir

import (
	"os"
	"path/filepath"
)

// Names inside the folder.
const (
	authorityCertificate = "pki/ca.crt"
	authorityKey         = "pki/ca.key"
	apiServerCertificate = "pki/apiserver.crt"
	apiServerKey         = "pki/apiserver.key"
	etcdCertificate      = "pki/etcd.crt"
	etcdKey              = "pki/etcd.key"
	etcdClientCert       = "pki/etcd-client.crt"
	etcdClientKey        = "pki/etcd-client.key"
	serviceAccountCert   = "pki/service-account.crt"
	serviceAccountKey    = "pki/service-account.key"
	tokenFile            = "tokens.csv"
	auditPolicy          = "audit-policy.yaml"
	auditLog             = "audit.log"
	schedulerConfig      = "scheduler.yaml"
	etcdData             = "etcd"
)

// Dir is the folder of one control plane.
type Dir struct {
	path    string
	created bool
}

// Open makes the folder, or a temporary one where no path is given.
func Open(path string) (*Dir, error) {
	if path == "" {
		temporary, err := os.MkdirTemp("", "controlplane-")
		return &Dir{path: temporary, created: true}, err
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return &Dir{path: absolute}, os.MkdirAll(absolute, 0o700)
}

// File is the path of a name inside the folder.
func (d *Dir) File(name string) string {
	return filepath.Join(d.path, filepath.FromSlash(name))
}

// EtcdData is where etcd keeps its database.
func (d *Dir) EtcdData() string { return d.File(etcdData) }

// EtcdFiles are etcd's serving certificate, its key, and the authority that its clients need.
func (d *Dir) EtcdFiles() (certificate, key, authority string) {
	return d.File(etcdCertificate), d.File(etcdKey), d.File(authorityCertificate)
}

// Remove deletes the secrets and the database, and the logs too unless the
// caller named the folder: whoever names it wants to read them afterwards.
func (d *Dir) Remove() error {
	if d.created {
		return os.RemoveAll(d.path)
	}
	for _, name := range []string{"pki", "users", tokenFile, auditPolicy, schedulerConfig, etcdData} {
		if err := os.RemoveAll(d.File(name)); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dir) write(name string, content []byte) error {
	path := d.File(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}
