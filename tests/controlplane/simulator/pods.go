package simulator

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func (s *simulator) syncPod(ctx context.Context, key string) (time.Duration, error) {
	object, exists, err := s.pods.GetStore().GetByKey(key)
	if err != nil || !exists {
		return 0, err
	}
	pod := object.(*corev1.Pod)
	node := s.node(pod.Spec.NodeName)
	if node == nil || !s.options.simulates(node) || annotations(node.Annotations).nodeIs(nodeSilent) {
		return 0, nil
	}
	phase := wantedPhase(pod.Annotations, node.Annotations, node.Name)
	if pod.DeletionTimestamp != nil {
		return s.terminate(ctx, pod, phase)
	}
	if !isReady(node) || isTerminal(pod) {
		return 0, nil
	}
	return s.report(ctx, pod, node, phase)
}

func isTerminal(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded
}

// terminate ends a pod as a kubelet does: by a second deletion, without grace.
func (s *simulator) terminate(ctx context.Context, pod *corev1.Pod, phase string) (time.Duration, error) {
	if phase == phaseStuckTerminating || ptr.Deref(pod.DeletionGracePeriodSeconds, 0) == 0 {
		return 0, nil
	}
	// The timestamp is when the grace period ends, not when the deletion was asked for.
	asked := pod.DeletionTimestamp.Add(-time.Duration(*pod.DeletionGracePeriodSeconds) * time.Second)
	if rest := time.Until(asked.Add(annotations(pod.Annotations).delay(annotationTerminationDelay))); rest > 0 {
		return rest, nil
	}
	return 0, s.client.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{
		GracePeriodSeconds: ptr.To(int64(0)),
		Preconditions:      &metav1.Preconditions{UID: &pod.UID},
	})
}

func (s *simulator) report(ctx context.Context, pod *corev1.Pod, node *corev1.Node, phase string) (time.Duration, error) {
	status, again := podStatus(pod, node, phase, metav1.Now())
	if equality.Semantic.DeepEqual(&pod.Status, status) {
		return again, nil
	}
	updated := pod.DeepCopy()
	updated.Status = *status
	if _, err := s.client.CoreV1().Pods(pod.Namespace).UpdateStatus(ctx, updated, metav1.UpdateOptions{}); err != nil {
		return 0, err
	}
	if trouble, unwell := troubles[phase]; unwell && trouble.event != "" {
		s.events.Event(pod, corev1.EventTypeWarning, trouble.event, trouble.text(pod))
	}
	return again, nil
}
