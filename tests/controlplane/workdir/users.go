package workdir

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// The users that the servers and the simulator act as.
const (
	ControllerManager = "system:kube-controller-manager"
	Scheduler         = "system:kube-scheduler"
	Simulator         = "node-simulator"
	Admin             = "admin"
	masters           = "system:masters"
)

// User is somebody who may authenticate, by client certificate and by static token alike.
type User struct {
	Name   string
	Groups []string
}

// BuiltInUsers are those that every control plane has: its own servers, an
// administrator, and "nobody", whom no role is bound to.
func BuiltInUsers() []User {
	return []User{
		{Name: ControllerManager},
		{Name: Scheduler},
		{Name: Simulator, Groups: []string{masters}},
		{Name: Admin, Groups: []string{masters}},
		{Name: "nobody"},
	}
}

// ParseUser reads NAME or NAME=GROUP,GROUP.
func ParseUser(text string) (User, error) {
	name, groups, _ := strings.Cut(text, "=")
	if name == "" || strings.ContainsAny(text, "/\\\"\n") {
		return User{}, fmt.Errorf("user %q: want NAME or NAME=GROUP,GROUP", text)
	}
	user := User{Name: name}
	if groups != "" {
		user.Groups = strings.Split(groups, ",")
	}
	return user, nil
}

// Kubeconfig is the path of a user's kubeconfig.
func (d *Dir) Kubeconfig(user string) string {
	return d.File("users/" + strings.ReplaceAll(user, ":", "-") + ".kubeconfig")
}

// writeUsers gives each user a kubeconfig with a client certificate, a token in
// a file of its own, and a line in the API server's token file.
func (d *Dir) writeUsers(authority *Authority, users []User, serverURL string) error {
	authorityPair, err := authority.KeyPair()
	if err != nil {
		return err
	}
	var tokens strings.Builder
	for _, user := range users {
		pair, err := authority.Client(user.Name, user.Groups)
		if err != nil {
			return err
		}
		text := kubeconfig(serverURL, user.Name, authorityPair.Certificate, pair)
		path := "users/" + strings.ReplaceAll(user.Name, ":", "-")
		if err := d.write(path+".kubeconfig", []byte(text)); err != nil {
			return err
		}
		token := newToken()
		if err := d.write(path+".token", []byte(token)); err != nil {
			return err
		}
		fmt.Fprintf(&tokens, "%s,%s,uid-of-%s,%q\n", token, user.Name, user.Name, strings.Join(user.Groups, ","))
	}
	return d.write(tokenFile, []byte(tokens.String()))
}

func newToken() string {
	random := make([]byte, 24)
	_, _ = rand.Read(random) // never fails, by its documentation
	return hex.EncodeToString(random)
}

func kubeconfig(serverURL, user string, authority []byte, pair KeyPair) string {
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf(`apiVersion: v1
kind: Config
clusters:
- name: controlplane
  cluster:
    server: %s
    certificate-authority-data: %s
users:
- name: %q
  user:
    client-certificate-data: %s
    client-key-data: %s
contexts:
- name: %q
  context:
    cluster: controlplane
    user: %q
current-context: %q
`, serverURL, encode(authority), user, encode(pair.Certificate), encode(pair.Key), user, user, user)
}
