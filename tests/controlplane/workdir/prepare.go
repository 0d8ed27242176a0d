package workdir

import "fmt"

// Prepare writes everything that the servers read. The port has to be known by now.
func (d *Dir) Prepare(s *Settings) error {
	users := BuiltInUsers()
	for _, text := range s.Users {
		user, err := ParseUser(text)
		if err != nil {
			return err
		}
		users = append(users, user)
	}
	authority, err := NewAuthority("controlplane")
	if err != nil {
		return err
	}
	if err := d.writeCertificates(authority); err != nil {
		return err
	}
	if err := d.writeUsers(authority, users, fmt.Sprintf("https://127.0.0.1:%d", s.Port)); err != nil {
		return err
	}
	if err := d.write(auditPolicy, []byte(auditPolicyText)); err != nil {
		return err
	}
	return d.write(schedulerConfig, []byte(d.schedulerConfiguration()))
}

func (d *Dir) writeCertificates(authority *Authority) error {
	issued := []struct {
		certificate, key string
		issue            func() (KeyPair, error)
	}{
		{authorityCertificate, authorityKey, authority.KeyPair},
		{apiServerCertificate, apiServerKey, func() (KeyPair, error) { return authority.Server("kube-apiserver") }},
		{etcdCertificate, etcdKey, func() (KeyPair, error) { return authority.Server("etcd") }},
		{etcdClientCert, etcdClientKey, func() (KeyPair, error) { return authority.Client("kube-apiserver", nil) }},
		{serviceAccountCert, serviceAccountKey, func() (KeyPair, error) { return authority.Client("service-account", nil) }},
	}
	for _, item := range issued {
		pair, err := item.issue()
		if err != nil {
			return err
		}
		if err := d.write(item.certificate, pair.Certificate); err != nil {
			return err
		}
		if err := d.write(item.key, pair.Key); err != nil {
			return err
		}
	}
	return nil
}
