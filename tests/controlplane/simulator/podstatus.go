package simulator

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// podStatus is what a kubelet reports of a pod in its scenario, and when to
// look again, 0 for not until something changes.
func podStatus(pod *corev1.Pod, node *corev1.Node, phase string, now metav1.Time) (*corev1.PodStatus, time.Duration) {
	status := pod.Status.DeepCopy()
	status.ObservedGeneration = pod.Generation
	status.HostIP, status.HostIPs = hostIP(node), []corev1.HostIP{{IP: hostIP(node)}}
	if status.StartTime == nil {
		status.StartTime = &now
	}
	scenario := annotations(pod.Annotations)
	if rest := remaining(status.StartTime, scenario.delay(annotationStartDelay), now); rest > 0 {
		report := containerReport{pod: pod, phase: phasePending, now: now}
		report.apply(status)
		return status, rest
	}
	if ending, ends := endings[phase]; ends {
		status.Phase, status.Reason, status.Message = ending.phase, ending.reason, ending.message
		if phase != phaseRejected {
			containerReport{pod: pod, phase: phase, now: now}.apply(status)
		}
		return status, 0
	}
	report := containerReport{pod: pod, phase: phase, now: now}
	again := time.Duration(0)
	if delay := scenario.delay(annotationReadyDelay); delay > 0 && phase == phaseRunning {
		if again = remaining(runningSince(status, now), delay, now); again > 0 {
			report.phase = phaseNotReady
		}
	}
	report.apply(status)
	status.PodIP = podIP(pod, node)
	status.PodIPs = []corev1.PodIP{{IP: status.PodIP}}
	return status, again
}

func remaining(since *metav1.Time, delay time.Duration, now metav1.Time) time.Duration {
	return since.Add(delay).Sub(now.Time)
}

func runningSince(status *corev1.PodStatus, now metav1.Time) *metav1.Time {
	for _, container := range status.ContainerStatuses {
		if container.State.Running != nil {
			return &container.State.Running.StartedAt
		}
	}
	return &now
}

func hostIP(node *corev1.Node) string {
	for _, address := range node.Status.Addresses {
		if address.Type == corev1.NodeInternalIP {
			return address.Address
		}
	}
	return "127.0.0.1"
}

func podIP(pod *corev1.Pod, node *corev1.Node) string {
	if pod.Spec.HostNetwork {
		return hostIP(node)
	}
	return address("10.1", string(pod.UID))
}

// containerReport fills in the containers of a pod, and what follows from them.
type containerReport struct {
	pod   *corev1.Pod
	phase string
	now   metav1.Time
}

func (r containerReport) apply(status *corev1.PodStatus) {
	hasInit := slices.ContainsFunc(r.pod.Spec.InitContainers, func(c corev1.Container) bool { return !isSidecar(c) })
	inInit := r.phase == phasePending || (troubles[r.phase].init && hasInit)
	status.InitContainerStatuses = r.statuses(r.pod.Spec.InitContainers, status.InitContainerStatuses, func(c corev1.Container) string {
		switch {
		case inInit && !isSidecar(c):
			return r.phase
		case inInit:
			return phasePending
		case isSidecar(c) && !ended(r.phase):
			return phaseRunning
		default:
			return phaseSucceeded
		}
	})
	status.ContainerStatuses = r.statuses(r.pod.Spec.Containers, status.ContainerStatuses, func(corev1.Container) string {
		if inInit {
			return phasePending
		}
		return r.phase
	})
	if !ended(r.phase) {
		status.Phase = corev1.PodRunning
		if trouble, unwell := troubles[r.phase]; inInit || (unwell && !trouble.started) {
			status.Phase = corev1.PodPending
		}
	}
	r.conditions(status, !inInit)
}

func (r containerReport) statuses(containers []corev1.Container, before []corev1.ContainerStatus, phase func(corev1.Container) string) []corev1.ContainerStatus {
	statuses := make([]corev1.ContainerStatus, 0, len(containers))
	for _, container := range containers {
		status := corev1.ContainerStatus{Name: container.Name, Image: container.Image}
		r.container(&status, phase(container))
		keepTimes(&status, before)
		statuses = append(statuses, status)
	}
	return statuses
}

func (r containerReport) container(status *corev1.ContainerStatus, phase string) {
	id := fmt.Sprintf("simulated://%s/%s", r.pod.UID, status.Name)
	if phase != phasePending {
		status.ContainerID, status.ImageID = id, "simulated://"+status.Image
	}
	if trouble, unwell := troubles[phase]; unwell {
		status.State.Waiting = &corev1.ContainerStateWaiting{
			Reason: trouble.waiting, Message: trouble.about(r.pod, status.Name),
		}
		status.Started = ptr.To(false)
		if trouble.ended == nil {
			status.ContainerID, status.ImageID = "", ""
			return
		}
		terminated := *trouble.ended
		terminated.StartedAt, terminated.FinishedAt, terminated.ContainerID = r.now, r.now, id
		status.LastTerminationState.Terminated = &terminated
		status.RestartCount = restarts
		return
	}
	switch phase {
	case phasePending:
		status.State.Waiting = &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}
		if len(r.pod.Spec.InitContainers) > 0 {
			status.State.Waiting.Reason = "PodInitializing"
		}
		status.Started = ptr.To(false)
	case phaseFailed, phaseEvicted, phaseSucceeded:
		reason := "Completed"
		if phase != phaseSucceeded {
			reason = "Error"
		}
		status.State.Terminated = &corev1.ContainerStateTerminated{
			ExitCode: endings[phase].exitCode, Reason: reason, StartedAt: r.now, FinishedAt: r.now, ContainerID: id,
		}
		// An init container that has done its work counts as ready.
		status.Ready = phase == phaseSucceeded
		status.Started = ptr.To(false)
	default:
		status.State.Running = &corev1.ContainerStateRunning{StartedAt: r.now}
		status.Ready = phase != phaseNotReady
		status.Started = ptr.To(true)
	}
}

// keepTimes leaves the times alone where the state is the same as before, so
// that an unchanged pod is not written.
func keepTimes(status *corev1.ContainerStatus, before []corev1.ContainerStatus) {
	i := slices.IndexFunc(before, func(s corev1.ContainerStatus) bool { return s.Name == status.Name })
	if i < 0 {
		return
	}
	old := before[i]
	if old.State.Running != nil && status.State.Running != nil {
		status.State.Running = old.State.Running
	}
	if old.State.Terminated != nil && status.State.Terminated != nil {
		status.State.Terminated = old.State.Terminated
	}
	if old.LastTerminationState.Terminated != nil {
		status.LastTerminationState, status.RestartCount = old.LastTerminationState, old.RestartCount
	}
	// The API server fills these in.
	status.Resources, status.AllocatedResources, status.VolumeMounts = old.Resources, old.AllocatedResources, old.VolumeMounts
}

func (r containerReport) conditions(status *corev1.PodStatus, initialized bool) {
	var unready []string
	for _, container := range status.ContainerStatuses {
		if !container.Ready {
			unready = append(unready, container.Name)
		}
	}
	set := func(kind corev1.PodConditionType, holds bool, reason, message string) {
		condition := corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue, ObservedGeneration: r.pod.Generation}
		if !holds {
			condition.Status, condition.Reason, condition.Message = corev1.ConditionFalse, reason, message
		}
		setPodCondition(status, condition, r.now)
	}
	why, which := "ContainersNotReady", fmt.Sprintf("containers with unready status: [%s]", strings.Join(unready, " "))
	if ended(r.phase) {
		why, which = "PodFailed", ""
		if status.Phase == corev1.PodSucceeded {
			why = "PodCompleted"
		}
	}
	well := len(unready) == 0 && !ended(r.phase)
	set(corev1.PodReadyToStartContainers, r.phase != phasePending && !ended(r.phase), "", "")
	set(corev1.PodInitialized, initialized, "ContainersNotInitialized", "containers with incomplete status")
	set(corev1.ContainersReady, well, why, which)
	if gate := openGate(r.pod); well && gate != "" {
		set(corev1.PodReady, false, "ReadinessGatesNotReady", fmt.Sprintf("corresponding condition of pod readiness gate %q does not exist or is not True.", gate))
	} else {
		set(corev1.PodReady, well, why, which)
	}
	if podCondition(status, corev1.PodScheduled) < 0 {
		// A pod that was bound by its template's nodeName never met the scheduler.
		set(corev1.PodScheduled, true, "", "")
	}
}

func openGate(pod *corev1.Pod) string {
	for _, gate := range pod.Spec.ReadinessGates {
		i := podCondition(&pod.Status, gate.ConditionType)
		if i < 0 || pod.Status.Conditions[i].Status != corev1.ConditionTrue {
			return string(gate.ConditionType)
		}
	}
	return ""
}

func podCondition(status *corev1.PodStatus, kind corev1.PodConditionType) int {
	return slices.IndexFunc(status.Conditions, func(c corev1.PodCondition) bool { return c.Type == kind })
}

func setPodCondition(status *corev1.PodStatus, wanted corev1.PodCondition, now metav1.Time) {
	i := podCondition(status, wanted.Type)
	if i < 0 {
		wanted.LastTransitionTime = now
		status.Conditions = append(status.Conditions, wanted)
		return
	}
	wanted.LastTransitionTime = status.Conditions[i].LastTransitionTime
	if status.Conditions[i].Status != wanted.Status {
		wanted.LastTransitionTime = now
	}
	status.Conditions[i] = wanted
}

func ended(phase string) bool {
	_, ends := endings[phase]
	return ends
}

func isSidecar(container corev1.Container) bool {
	return container.RestartPolicy != nil && *container.RestartPolicy == corev1.ContainerRestartPolicyAlways
}
