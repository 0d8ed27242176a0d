package simulator

import (
	"context"
	"encoding/json"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
	"k8s.io/utils/ptr"
)

const leaseWorkers = 8

func (s *simulator) renewLeases(ctx context.Context) {
	wait.UntilWithContext(ctx, func(ctx context.Context) {
		nodes := s.nodes.GetStore().List()
		workqueue.ParallelizeUntil(ctx, leaseWorkers, len(nodes), func(i int) {
			node := nodes[i].(*corev1.Node)
			if s.options.simulates(node) && !annotations(node.Annotations).nodeIs(nodeSilent) {
				s.renewLease(ctx, node)
			}
		})
	}, s.heartbeat())
}

func (s *simulator) heartbeat() time.Duration {
	return max(s.options.heartbeat, 100*time.Millisecond)
}

// renewLease patches, as an update would have to read first, for the resource version.
func (s *simulator) renewLease(ctx context.Context, node *corev1.Node) {
	leases := s.client.CoordinationV1().Leases(corev1.NamespaceNodeLease)
	lease := nodeLease(node, metav1.NowMicro(), s.heartbeat())
	patch, err := json.Marshal(map[string]any{"spec": lease.Spec})
	if err == nil {
		_, err = leases.Patch(ctx, node.Name, types.MergePatchType, patch, metav1.PatchOptions{})
	}
	if apierrors.IsNotFound(err) {
		_, err = leases.Create(ctx, lease, metav1.CreateOptions{})
	}
	if err != nil && !apierrors.IsAlreadyExists(err) && ctx.Err() == nil {
		klog.ErrorS(err, "A lease was not renewed", "node", node.Name)
	}
}

func nodeLease(node *corev1.Node, now metav1.MicroTime, heartbeat time.Duration) *coordinationv1.Lease {
	return &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{
			Name:      node.Name,
			Namespace: corev1.NamespaceNodeLease,
			OwnerReferences: []metav1.OwnerReference{{
				APIVersion: "v1", Kind: "Node", Name: node.Name, UID: node.UID,
			}},
		},
		Spec: coordinationv1.LeaseSpec{
			HolderIdentity:       ptr.To(node.Name),
			LeaseDurationSeconds: ptr.To(int32(max(4*heartbeat, time.Second) / time.Second)),
			RenewTime:            &now,
		},
	}
}
