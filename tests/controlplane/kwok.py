"""sigs.k8s.io/kwok in the simulator's place: stages that follow the same annotations (simulator/scenario.go).

What it cannot play: an annotation on a node about the pods there (a stage sees one object only), and a kubelet
that falls silent or is not Ready and therefore reports nothing of its pods.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.controlplane.building import build
from tests.controlplane.processes import running

Stage = dict[str, Any]

MANAGE_ALL = "--manage-all-nodes=true"
MANAGE_MARKED = "--manage-nodes-with-annotation-selector=sim.kubectl-ds/simulated=true"
LEASE_SECONDS = 20
"""It renews a lease four times as often."""

JQ = """
def annotation(name): .metadata.annotations[name] // "";
def wanted: . as $pod
  | (annotation("sim.kubectl-ds/phase") / "," | map(gsub("\\\\s"; "") / "@")
  | map(select(length == 1 or .[1] == $pod.spec.nodeName)) | .[0][0]) // "running";
def runs: wanted == "running" or wanted == "stuck-terminating";
def gates_open: . as $pod | all(.spec.readinessGates[]?; .conditionType as $gate
  | any($pod.status.conditions[]?; .type == $gate and .status == "True"));
def is_ready: any(.status.conditions[]?; .type == "Ready" and .status == "True");
def state: (.status.containerStatuses[0].state // {}) as $container
  | if .status.phase == "Failed" or .status.phase == "Succeeded" then "ended"
    elif $container.waiting then $container.waiting.reason
    elif $container.running and is_ready then "running"
    elif $container.running and .status.containerStatuses[0].ready then "gated"
    elif $container.running then "notready"
    else "none" end;
"""
"""What a pod is to become, and what is reported of it now."""

POD = """
{{- $now := Now }}{{ $started := or .status.startTime $now }}
phase: %(phase)s
reason: %(reason)s
message: %(message)s
observedGeneration: {{ .metadata.generation }}
startTime: {{ $started | Quote }}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) | Quote }}
conditions:
- {type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "%(containers_ready)s", reason: %(why)s, lastTransitionTime: {{ $now | Quote }}}
- {type: Ready, status: "%(ready)s", reason: %(why)s, lastTransitionTime: {{ $now | Quote }}}
initContainerStatuses:
{{- range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
{{- if eq ( or .restartPolicy "" ) "Always" }}
  started: true
  state: {running: {startedAt: {{ $now | Quote }}}}
{{- else }}
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}}
{{- end }}
{{- end }}
containerStatuses:
{{- range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: %(container_ready)s
  started: %(started)s
  restartCount: %(restarts)s
  state: {%(state)s}
  lastState: {%(last_state)s}
{{- end }}
"""
"""A pod's status. Times and names are filled in by kwok, the rest by `pod_stage`."""

RUNNING = "running: {startedAt: {{ $now | Quote }}}"
ENDED = (
    "terminated: {exitCode: %s, reason: %s, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }}}"
)
BACK_OFF = {"state": "waiting: {reason: CrashLoopBackOff}", "restarts": 3, "state_name": "CrashLoopBackOff"}

UNWELL: dict[str, dict[str, Any]] = {
    "crash": {**BACK_OFF, "last_state": ENDED % (1, "Error"), "event": "BackOff"},
    "oom": {**BACK_OFF, "last_state": ENDED % (137, "OOMKilled"), "event": "BackOff"},
    "imagepull": {"state_name": "ImagePullBackOff", "phase": "Pending", "event": "Failed"},
    "config-error": {"state_name": "CreateContainerConfigError", "phase": "Pending", "event": "Failed"},
}
LAST: dict[str, dict[str, Any]] = {
    "failed": {"phase": "Failed", "state": ENDED % (1, "Error")},
    "evicted": {
        "phase": "Failed",
        "state": ENDED % (137, "Error"),
        "reason": "Evicted",
        "message": "'The node was low on resource: memory.'",
    },
    "rejected": {"phase": "Failed", "state": ENDED % (1, "Error"), "reason": "OutOfcpu"},
    "succeeded": {"phase": "Succeeded", "state": ENDED % (0, "Completed")},
}

NODE_JQ = """
def is(name): (.metadata.annotations["sim.kubectl-ds/node"] // "") / "," | map(gsub("\\\\s"; "")) | any(. == name);
def reported(name): any(.status.conditions[]?; .type == name and .status == "True");
(reported("Ready") == (is("notready") | not)) and (reported("MemoryPressure") == is("memory-pressure"))
and (reported("DiskPressure") == is("disk-pressure")) and (reported("PIDPressure") == is("pid-pressure"))
and (reported("NetworkUnavailable") == is("network-unavailable")) and any(.status.conditions[]?; .type == "Ready")
"""
"""Whether what is reported of a node is what its annotation says."""

NODE = """
{{- $now := Now }}{{ $states := splitList "," ( or ( index ( or .metadata.annotations dict ) "sim.kubectl-ds/node" ) "" ) }}
{{- $unwell := dict "MemoryPressure" "memory-pressure" "DiskPressure" "disk-pressure" "PIDPressure" "pid-pressure" "NetworkUnavailable" "network-unavailable" }}
conditions:
{{- range NodeConditions }}
{{- $named := or ( index $unwell .type ) "notready" }}
{{- $turned := has $named $states }}
- type: {{ .type }}
  status: {{ if eq .type "Ready" }}{{ if $turned }}"False"{{ else }}"True"{{ end }}{{ else if $turned }}"True"{{ else }}"False"{{ end }}
  reason: {{ if $turned }}Simulated{{ else }}{{ .reason }}{{ end }}
  message: {{ if $turned }}as its annotation says{{ else }}{{ .message | Quote }}{{ end }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $now | Quote }}
{{- end }}
addresses:
- {type: InternalIP, address: {{ NodeIP | Quote }}}
- {type: Hostname, address: {{ .metadata.name | Quote }}}
{{- $room := or .status.capacity ( dict "cpu" "8" "memory" "32Gi" "pods" "110" "ephemeral-storage" "100Gi" ) }}
capacity: {{ $room | toJson }}
allocatable: {{ or .status.allocatable $room | toJson }}
nodeInfo: {architecture: amd64, operatingSystem: linux, osImage: simulated, kernelVersion: simulated, kubeletVersion: kwok-{{ Version }}, kubeProxyVersion: "", containerRuntimeVersion: "simulated://1", machineID: {{ .metadata.name | Quote }}, systemUUID: {{ .metadata.name | Quote }}, bootID: {{ .metadata.name | Quote }}}
"""


@contextmanager
def kwok(kubeconfig: Path, folder: Path, *, all_nodes: bool) -> Iterator[None]:
    """It plays the kubelets of all nodes, or of the tests' own, for as long as the block runs."""
    config = folder / "kwok.yaml"
    config.write_text("\n---\n".join(json.dumps(stage, indent=1) for stage in stages()))
    command = [
        *(
            str(build("nodes")),
            "guard",
            str(build("kwok")),
            f"--kubeconfig={kubeconfig}",
            f"--config={config}",
        ),
        *(MANAGE_ALL if all_nodes else MANAGE_MARKED, f"--node-lease-duration-seconds={LEASE_SECONDS}"),
    ]
    with running(command, folder / "kwok.log"):
        yield


def stages() -> list[Stage]:
    """Everything that can happen to a node or a pod."""
    slow_to_be_ready = 'annotation("sim.kubectl-ds/ready-delay") != ""'
    becomes_ready = f'runs and (({slow_to_be_ready} | not) or state != "none")'
    return [
        stage("node", "Node", f"{NODE_JQ} | not", patch(NODE)),
        pod_stage("running", f'{becomes_ready} and gates_open and state != "running"', ready=True),
        pod_stage("gated", f'{becomes_ready} and (gates_open | not) and state != "gated"', gated=True),
        pod_stage("starting", f'runs and {slow_to_be_ready} and state == "none"'),
        pod_stage("notready", 'wanted == "notready" and state != "notready"'),
        *(
            pod_stage(name, f'wanted == "{name}" and state != "{how["state_name"]}"', **how)
            for name, how in UNWELL.items()
        ),
        *(pod_stage(name, f'wanted == "{name}" and state != "ended"', **how) for name, how in LAST.items()),
        stage(
            "pod-end",
            "Pod",
            f'{JQ} (.metadata.deletionTimestamp != null) and wanted != "stuck-terminating"',
            {"delete": True},
            delay=f'{JQ} annotation("sim.kubectl-ds/termination-delay")',
        ),
    ]


def pod_stage(
    name: str, when: str, *, ready: bool = False, gated: bool = False, event: str = "", **how: Any
) -> Stage:
    """Report of a pod's containers, all in the same state, that they are now as `how` says."""
    state_name = how.pop("state_name", "")
    waits = f"waiting: {{reason: {state_name}}}" if state_name else RUNNING
    values = {
        "phase": "Running",
        "reason": "null",
        "message": "null",
        "restarts": 0,
        "last_state": "",
        "state": waits,
        "containers_ready": ready or gated,
        "container_ready": str(ready or gated).lower(),
        "started": str(not state_name and "state" not in how).lower(),
        "ready": ready,
        "why": "null" if ready else "ReadinessGatesNotReady" if gated else "ContainersNotReady",
        **how,
    }
    steps = [patch(POD % values)]
    if event:
        steps.append({"event": {"type": "Warning", "reason": event, "message": f"simulated: {name}"}})
    delay = 'if state == "none" then annotation("sim.kubectl-ds/start-delay") else annotation("sim.kubectl-ds/ready-delay") end'
    lives = f"{JQ} .metadata.deletionTimestamp == null and {when}"
    return stage(f"pod-{name}", "Pod", lives, *steps, delay=f"{JQ} {delay}")


def stage(name: str, kind: str, when: str, *steps: Stage, delay: str = '""') -> Stage:
    expression = {"jq": {"key": when, "operator": "In", "values": ["true"]}}
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": name},
        "spec": {
            "resourceRef": {"apiGroup": "v1", "kind": kind},
            "selector": {"matchExpressions": [expression]},
            "delay": {"durationMilliseconds": 0, "durationFrom": {"jq": {"expression": delay}}},
            "steps": list(steps),
        },
    }


def patch(template: str) -> Stage:
    return {"patch": {"subresource": "status", "root": "status", "template": template}}
