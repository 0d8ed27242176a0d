package simulator

import (
	"slices"
	"strings"
	"time"
)

// Annotations by which a scenario speaks to the simulator.
const (
	// annotationKwok marks a node as having no machine, in the words of sigs.k8s.io/kwok.
	annotationKwok = "kwok.x-k8s.io/node"
	// annotationSimulated marks a node as the tests' own, whose kubelet may be
	// played on a cluster that is not: there may be nodes of somebody's kwok.
	annotationSimulated = "sim.kubectl-ds/simulated"
	// annotationNode, on a Node, is a comma-separated list of node* values.
	annotationNode = "sim.kubectl-ds/node"
	// annotationPhase, on a Pod or (for all its pods) a Node, is a
	// comma-separated list of phase* values, each as PHASE or PHASE@NODE; the
	// first that fits counts. A pod's own annotation comes before its node's.
	annotationPhase = "sim.kubectl-ds/phase"
	// Durations, on a Pod: how long it stays ContainerCreating, how long it
	// runs before it is Ready, how long it takes to end.
	annotationStartDelay       = "sim.kubectl-ds/start-delay"
	annotationReadyDelay       = "sim.kubectl-ds/ready-delay"
	annotationTerminationDelay = "sim.kubectl-ds/termination-delay"
)

// What a node can be told to be.
const (
	nodeAbsent             = "absent"              // nobody simulates it
	nodeSilent             = "silent"              // no lease, no status: as with a dead kubelet
	nodeNotReady           = "notready"            // a live kubelet that says Ready=False
	nodeMemoryPressure     = "memory-pressure"     // and the three others are further conditions
	nodeDiskPressure       = "disk-pressure"       //
	nodePIDPressure        = "pid-pressure"        //
	nodeNetworkUnavailable = "network-unavailable" //
)

// What a pod can be told to become.
const (
	phaseRunning          = "running"
	phasePending          = "pending"
	phaseNotReady         = "notready"
	phaseCrash            = "crash"
	phaseOOM              = "oom"
	phaseImagePull        = "imagepull"
	phaseConfigError      = "config-error"
	phaseInitCrash        = "init-crash"
	phaseFailed           = "failed"
	phaseEvicted          = "evicted"
	phaseRejected         = "rejected"
	phaseSucceeded        = "succeeded"
	phaseStuckTerminating = "stuck-terminating"
)

type annotations map[string]string

func (a annotations) nodeIs(state string) bool {
	return slices.Contains(split(a[annotationNode]), state)
}

func (a annotations) delay(name string) time.Duration {
	delay, err := time.ParseDuration(a[name])
	if err != nil {
		return 0
	}
	return delay
}

func wantedPhase(pod, node annotations, nodeName string) string {
	for _, list := range []string{pod[annotationPhase], node[annotationPhase]} {
		for _, entry := range split(list) {
			phase, only, narrowed := strings.Cut(entry, "@")
			if !narrowed || only == nodeName {
				return phase
			}
		}
	}
	return phaseRunning
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	parts := strings.Split(list, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}
