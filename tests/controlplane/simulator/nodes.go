package simulator

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/component-base/version"
)

// createNodes makes the nodes asked for on the command line, spread over three zones.
func (s *simulator) createNodes(ctx context.Context) error {
	for i := range s.options.Nodes {
		name := fmt.Sprintf("node-%03d", i+1)
		node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{
			Name:        name,
			Annotations: map[string]string{annotationKwok: "fake", annotationSimulated: "true"},
			Labels: map[string]string{
				corev1.LabelHostname:       name,
				corev1.LabelOSStable:       "linux",
				corev1.LabelArchStable:     "amd64",
				corev1.LabelTopologyZone:   string(rune('a' + i%3)),
				corev1.LabelTopologyRegion: "here",
			},
		}}
		_, err := s.client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	return nil
}

func (s *simulator) syncNode(ctx context.Context, name string) (time.Duration, error) {
	node := s.node(name)
	if node == nil || !s.options.simulates(node) || annotations(node.Annotations).nodeIs(nodeSilent) {
		return 0, nil
	}
	status := nodeStatus(node, s.capacity, metav1.Now())
	if equality.Semantic.DeepEqual(&node.Status, status) {
		return 0, nil
	}
	// The lease comes first: without one the node lifecycle controller goes by
	// the status, which is written only when it changes.
	s.renewLease(ctx, node)
	node = node.DeepCopy()
	node.Status = *status
	_, err := s.client.CoreV1().Nodes().UpdateStatus(ctx, node, metav1.UpdateOptions{})
	return 0, err
}

func (s *simulator) node(name string) *corev1.Node {
	object, exists, err := s.nodes.GetStore().GetByKey(name)
	if err != nil || !exists {
		return nil
	}
	return object.(*corev1.Node)
}

// podsMayDiffer says whether a node's change can matter to the pods on it.
func podsMayDiffer(before, after *corev1.Node) bool {
	return !maps.Equal(before.Annotations, after.Annotations) || isReady(before) != isReady(after)
}

func isReady(node *corev1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// nodeStatus is what a kubelet in the node's scenario would report.
func nodeStatus(node *corev1.Node, capacity corev1.ResourceList, now metav1.Time) *corev1.NodeStatus {
	status := node.Status.DeepCopy()
	status.Capacity = completed(status.Capacity, capacity)
	status.Allocatable = completed(status.Allocatable, status.Capacity)
	if len(status.Addresses) == 0 {
		status.Addresses = []corev1.NodeAddress{
			{Type: corev1.NodeInternalIP, Address: address("172.16", node.Name)},
			{Type: corev1.NodeHostName, Address: node.Name},
		}
	}
	if status.NodeInfo.KubeletVersion == "" {
		status.NodeInfo = nodeInfo(node)
	}
	for _, condition := range nodeConditions(node.Annotations) {
		setNodeCondition(status, condition, now)
	}
	return status
}

func completed(stated, otherwise corev1.ResourceList) corev1.ResourceList {
	list := maps.Clone(otherwise)
	maps.Copy(list, stated)
	return list
}

func nodeInfo(node *corev1.Node) corev1.NodeSystemInfo {
	return corev1.NodeSystemInfo{
		KubeletVersion:          version.Get().GitVersion,
		ContainerRuntimeVersion: "simulated://1",
		KernelVersion:           "6.12.0",
		OSImage:                 "simulated",
		OperatingSystem:         "linux",
		Architecture:            "amd64",
		MachineID:               node.Name,
		SystemUUID:              node.Name,
		BootID:                  node.Name,
	}
}

func nodeConditions(scenario annotations) []corev1.NodeCondition {
	ready := corev1.NodeCondition{Type: corev1.NodeReady, Status: corev1.ConditionTrue,
		Reason: "KubeletReady", Message: "kubelet is posting ready status"}
	if scenario.nodeIs(nodeNotReady) {
		ready.Status, ready.Reason, ready.Message = corev1.ConditionFalse, "KubeletNotReady", "container runtime is down"
	}
	conditions := []corev1.NodeCondition{ready}
	for _, pressure := range []struct {
		state, reason string
		kind          corev1.NodeConditionType
	}{
		{nodeMemoryPressure, "Memory", corev1.NodeMemoryPressure},
		{nodeDiskPressure, "Disk", corev1.NodeDiskPressure},
		{nodePIDPressure, "PID", corev1.NodePIDPressure},
	} {
		condition := corev1.NodeCondition{Type: pressure.kind, Status: corev1.ConditionFalse,
			Reason: "KubeletHasSufficient" + pressure.reason, Message: "kubelet has sufficient " + pressure.reason}
		if scenario.nodeIs(pressure.state) {
			condition.Status = corev1.ConditionTrue
			condition.Reason, condition.Message = "KubeletHas"+pressure.reason+"Pressure", "kubelet has "+pressure.reason+" pressure"
		}
		conditions = append(conditions, condition)
	}
	network := corev1.NodeCondition{Type: corev1.NodeNetworkUnavailable, Status: corev1.ConditionFalse,
		Reason: "RouteCreated", Message: "the node has a route"}
	if scenario.nodeIs(nodeNetworkUnavailable) {
		network.Status, network.Reason, network.Message = corev1.ConditionTrue, "NoRouteCreated", "the node has no route"
	}
	return append(conditions, network)
}

// setNodeCondition leaves the times alone where nothing changed, so that an unchanged node is not written.
func setNodeCondition(status *corev1.NodeStatus, wanted corev1.NodeCondition, now metav1.Time) {
	wanted.LastHeartbeatTime, wanted.LastTransitionTime = now, now
	for i, present := range status.Conditions {
		if present.Type != wanted.Type {
			continue
		}
		if present.Status == wanted.Status {
			wanted.LastTransitionTime = present.LastTransitionTime
			if present.Reason == wanted.Reason && present.Message == wanted.Message {
				return
			}
		}
		status.Conditions[i] = wanted
		return
	}
	status.Conditions = append(status.Conditions, wanted)
}

// address is stable for a name; two names seldom share one, and nothing depends on it.
func address(network, name string) string {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(name)) // never fails, by its documentation
	sum := hash.Sum32()
	return fmt.Sprintf("%s.%d.%d", network, sum>>8&0xff, sum&0xff)
}
