package simulator

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// trouble is how a kubelet words a container that does not run.
type trouble struct {
	waiting string // reason of the waiting state
	message string
	ended   *corev1.ContainerStateTerminated // how it ended before, if it ever ran
	started bool                             // whether the pod counts as Running
	init    bool                             // whether it is an init container's
	event   string
}

const restarts = 3

var troubles = map[string]trouble{
	phaseCrash: {
		waiting: "CrashLoopBackOff", message: "back-off 40s restarting failed container=%s pod=%s",
		ended: &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error"}, started: true, event: "BackOff",
	},
	phaseOOM: {
		waiting: "CrashLoopBackOff", message: "back-off 40s restarting failed container=%s pod=%s",
		ended: &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled"}, started: true, event: "BackOff",
	},
	phaseInitCrash: {
		waiting: "CrashLoopBackOff", message: "back-off 40s restarting failed container=%s pod=%s",
		ended: &corev1.ContainerStateTerminated{ExitCode: 1, Reason: "Error"}, init: true, event: "BackOff",
	},
	phaseImagePull: {
		waiting: "ImagePullBackOff", message: "Back-off pulling image of container %s in pod %s", event: "Failed",
	},
	phaseConfigError: {
		waiting: "CreateContainerConfigError", message: "secret of container %s in pod %s not found", event: "Failed",
	},
}

func (t trouble) text(pod *corev1.Pod) string {
	return t.about(pod, pod.Spec.Containers[0].Name)
}

func (t trouble) about(pod *corev1.Pod, container string) string {
	return fmt.Sprintf(t.message, container, fmt.Sprintf("%s_%s(%s)", pod.Name, pod.Namespace, pod.UID))
}

// endings are the phases that a pod never leaves.
var endings = map[string]struct {
	phase           corev1.PodPhase
	reason, message string
	exitCode        int32
}{
	phaseFailed:    {phase: corev1.PodFailed, exitCode: 1},
	phaseEvicted:   {phase: corev1.PodFailed, reason: "Evicted", message: "The node was low on resource: memory.", exitCode: 137},
	phaseRejected:  {phase: corev1.PodFailed, reason: "OutOfcpu", message: "Pod was rejected: Node didn't have enough resource: cpu"},
	phaseSucceeded: {phase: corev1.PodSucceeded},
}
