"""A real control plane for the tests: etcd, kube-apiserver, kube-controller-manager, kube-scheduler."""
