package workdir

import (
	"fmt"
	"slices"
	"strings"
)

const (
	serviceRange   = "10.0.0.0/24"
	firstServiceIP = "10.0.0.1"
)

// Everything runs on one laptop, so the clients' own brakes only slow tests down.
const clientQPS, clientBurst = 3000, 6000

// Controllers whose objects no DaemonSet scene has; each costs informers and start-up time.
var idleControllers = []string{
	"bootstrap-signer-controller",
	"cronjob-controller",
	"device-taint-eviction-controller",
	"horizontal-pod-autoscaler-controller",
	"node-ipam-controller",
	"persistentvolume-attach-detach-controller",
	"persistentvolume-expander-controller",
	"storage-version-migrator-controller",
	"token-cleaner-controller",
}

// EtcdArguments are those of an etcd in a process of its own.
func (d *Dir) EtcdArguments(clientURL, peerURL string) []string {
	return []string{
		"--data-dir=" + d.EtcdData(),
		"--listen-client-urls=" + clientURL,
		"--advertise-client-urls=" + clientURL,
		"--listen-peer-urls=" + peerURL,
		"--initial-advertise-peer-urls=" + peerURL,
		"--initial-cluster=default=" + peerURL,
		"--cert-file=" + d.File(etcdCertificate),
		"--key-file=" + d.File(etcdKey),
		"--trusted-ca-file=" + d.File(authorityCertificate),
		"--client-cert-auth=true",
		"--unsafe-no-fsync=true",
		"--log-level=error",
	}
}

// APIServerArguments are those of kube-apiserver.
func (d *Dir) APIServerArguments(s *Settings, etcdURL string) []string {
	return slices.Concat([]string{
		"--etcd-servers=" + etcdURL,
		"--etcd-cafile=" + d.File(authorityCertificate),
		"--etcd-certfile=" + d.File(etcdClientCert),
		"--etcd-keyfile=" + d.File(etcdClientKey),
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", s.Port),
		// No endpoint of the service "kubernetes" may be a loopback address.
		"--advertise-address=127.0.0.1",
		"--endpoint-reconciler-type=none",
		"--tls-cert-file=" + d.File(apiServerCertificate),
		"--tls-private-key-file=" + d.File(apiServerKey),
		"--client-ca-file=" + d.File(authorityCertificate),
		"--token-auth-file=" + d.File(tokenFile),
		"--authorization-mode=Node,RBAC",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + d.File(serviceAccountKey),
		"--service-account-signing-key-file=" + d.File(serviceAccountKey),
		"--service-cluster-ip-range=" + serviceRange,
		"--allow-privileged=true",
		"--audit-policy-file=" + d.File(auditPolicy),
		"--audit-log-path=" + d.File(auditLog),
		"--audit-log-maxsize=4096",
		"--max-requests-inflight=3000",
		"--max-mutating-requests-inflight=3000",
	}, s.featureGates(), s.APIServerArgs)
}

// ControllerManagerArguments are those of kube-controller-manager.
func (d *Dir) ControllerManagerArguments(s *Settings) []string {
	return slices.Concat([]string{
		"--kubeconfig=" + d.Kubeconfig(ControllerManager),
		"--leader-elect=false",
		"--secure-port=0",
		"--controllers=*,-" + strings.Join(idleControllers, ",-"),
		"--use-service-account-credentials=true",
		"--service-account-private-key-file=" + d.File(serviceAccountKey),
		"--root-ca-file=" + d.File(authorityCertificate),
		"--cluster-signing-cert-file=" + d.File(authorityCertificate),
		"--cluster-signing-key-file=" + d.File(authorityKey),
		fmt.Sprintf("--kube-api-qps=%d", clientQPS),
		fmt.Sprintf("--kube-api-burst=%d", clientBurst),
		"--concurrent-daemonset-syncs=8",
		fmt.Sprintf("--node-monitor-period=%s", s.NodeMonitorPeriod),
		fmt.Sprintf("--node-monitor-grace-period=%s", s.NodeMonitorGracePeriod),
		// Upstream taints one failed node in ten seconds, and a test would wait for it.
		"--node-eviction-rate=50",
		"--secondary-node-eviction-rate=50",
	}, s.featureGates(), s.ControllerManagerArgs)
}

// SchedulerArguments are those of kube-scheduler.
func (d *Dir) SchedulerArguments(s *Settings) []string {
	return slices.Concat([]string{
		"--config=" + d.File(schedulerConfig),
		"--secure-port=0",
	}, s.featureGates(), s.SchedulerArgs)
}

func (s *Settings) featureGates() []string {
	if s.FeatureGates == "" {
		return nil
	}
	return []string{"--feature-gates=" + s.FeatureGates}
}

// A pod that could not be scheduled is tried again a second after something has
// happened that may help it; upstream waits up to ten, and a test would wait too.
func (d *Dir) schedulerConfiguration() string {
	return fmt.Sprintf(`apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
podInitialBackoffSeconds: 1
podMaxBackoffSeconds: 1
leaderElection:
  leaderElect: false
clientConnection:
  kubeconfig: %q
  qps: %d
  burst: %d
`, d.Kubeconfig(Scheduler), clientQPS, clientBurst)
}

// Requests are logged without their bodies: tests ask who asked for what, and
// how often. Lease renewals would be most of the lines.
const auditPolicyText = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  resources:
  - group: coordination.k8s.io
    resources: [leases]
- level: Metadata
`
