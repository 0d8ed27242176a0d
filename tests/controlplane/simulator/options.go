// Package simulator plays the kubelets of nodes that have no machine: it keeps
// Node objects Ready by leases and takes the pods on them through their lives,
// as annotations on nodes and pods say.
package simulator

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Options say which nodes are simulated, and what they look like.
type Options struct {
	Nodes     int
	Select    string
	CPU       string
	Memory    string
	Pods      string
	heartbeat time.Duration
}

// AddFlags makes the options flags of a program.
func (o *Options) AddFlags(flags *pflag.FlagSet) {
	flags.IntVar(&o.Nodes, "nodes", 0, "create so many nodes at the start, node-001 and on")
	flags.StringVar(&o.Select, "simulate", "all", "which nodes have a simulated kubelet: all, marked ("+annotationSimulated+": \"true\") or none")
	flags.StringVar(&o.CPU, "node-cpu", "8", "CPU of a node that states none")
	flags.StringVar(&o.Memory, "node-memory", "32Gi", "memory of a node that states none")
	flags.StringVar(&o.Pods, "node-pods", "110", "pods of a node that states none")
}

// WithHeartbeat sets how often leases are renewed.
func (o Options) WithHeartbeat(heartbeat time.Duration) Options {
	o.heartbeat = heartbeat
	return o
}

func (o Options) simulates(node *corev1.Node) bool {
	switch o.Select {
	case "all":
		return node.Annotations[annotationNode] != nodeAbsent
	case "marked":
		return node.Annotations[annotationSimulated] == "true" && node.Annotations[annotationNode] != nodeAbsent
	default:
		return false
	}
}

func (o Options) validate() error {
	switch o.Select {
	case "all", "marked", "none":
	default:
		return fmt.Errorf("--simulate=%s: want all, marked or none", o.Select)
	}
	_, err := o.capacity()
	return err
}

func (o Options) capacity() (corev1.ResourceList, error) {
	list := corev1.ResourceList{}
	for name, text := range map[corev1.ResourceName]string{
		corev1.ResourceCPU:              o.CPU,
		corev1.ResourceMemory:           o.Memory,
		corev1.ResourcePods:             o.Pods,
		corev1.ResourceEphemeralStorage: "100Gi",
	} {
		quantity, err := resource.ParseQuantity(text)
		if err != nil {
			return nil, fmt.Errorf("%s of a node: %q: %w", name, text, err)
		}
		list[name] = quantity
	}
	return list, nil
}
