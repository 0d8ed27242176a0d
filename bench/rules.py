"""The controller's rules read a second time, on plain JSON, for whoever checks the program.

Written from `NodeShouldRunDaemonPod` (pkg/controller/daemon/daemon_controller.go), component-helpers'
`scheduling/corev1` and `getNodesToDaemonPods`, without a look at `kubectl_ds.core`. For legal templates only:
the clusters that are made here have no malformed ones, and no comparing tolerations (Gt, Lt).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

Tree = Mapping[str, Any]
State = Literal["Ready", "NotReady", "Pending", "Missing", "Extra", "Excluded"]


class Verdict(NamedTuple):
    """The controller's pair."""

    should_run: bool
    should_continue: bool


def verdict(template: Tree, node: Tree) -> Verdict:
    """Whether a pod of this template (a pod spec) is made on the node, and whether one there may stay."""
    if not (_by_name(template, node) and _by_labels(template, node)):
        return Verdict(False, False)
    left = [one["effect"] for one in node["spec"].get("taints") or () if not _tolerated(template, one)]
    return Verdict(
        should_run=not {"NoSchedule", "NoExecute"} & set(left), should_continue="NoExecute" not in left
    )


def state(template: Tree, node: Tree, pods: Iterable[Tree]) -> State:
    """The node's state, given the DaemonSet's pods that are bound or pinned to it."""
    alive = [pod for pod in pods if _is_alive(pod)]
    if not verdict(template, node).should_run:
        return "Extra" if alive else "Excluded"
    if any(_is_ready(pod) for pod in alive):
        return "Ready"
    if any(pod["spec"].get("nodeName") for pod in alive):
        return "NotReady"
    return "Pending" if alive else "Missing"


def target(pod: Tree) -> str:
    """The node that a pod is bound or pinned to; empty where there is none."""
    bound: str = pod["spec"].get("nodeName") or ""
    if bound:
        return bound
    required = (pod["spec"].get("affinity") or {}).get("nodeAffinity", {})
    for term in required.get("requiredDuringSchedulingIgnoredDuringExecution", {}).get(
        "nodeSelectorTerms", ()
    ):
        for one in term.get("matchFields") or ():
            if (one["key"], one["operator"], len(one["values"])) == ("metadata.name", "In", 1):
                return str(one["values"][0])
    return ""


def belongs_to(pod: Tree, daemonset: Tree) -> bool:
    """Whether the DaemonSet controls the pod."""
    owners = pod["metadata"].get("ownerReferences") or ()
    return any(one.get("controller") and one["uid"] == daemonset["metadata"]["uid"] for one in owners)


def _is_alive(pod: Tree) -> bool:
    return "deletionTimestamp" not in pod["metadata"] and pod["status"]["phase"] not in (
        "Failed",
        "Succeeded",
    )


def _is_ready(pod: Tree) -> bool:
    conditions = pod["status"].get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _by_name(template: Tree, node: Tree) -> bool:
    return template.get("nodeName", "") in ("", node["metadata"]["name"])


def _by_labels(template: Tree, node: Tree) -> bool:
    labels = node["metadata"].get("labels") or {}
    if any(labels.get(key) != value for key, value in (template.get("nodeSelector") or {}).items()):
        return False
    affinity = ((template.get("affinity") or {}).get("nodeAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution"
    )
    return affinity is None or any(_term(term, node) for term in affinity.get("nodeSelectorTerms") or ())


def _term(term: Tree, node: Tree) -> bool:
    expressions = term.get("matchExpressions") or ()
    fields = term.get("matchFields") or ()
    if not expressions and not fields:
        return False
    labels = node["metadata"].get("labels") or {}
    by_name = {"metadata.name": node["metadata"]["name"]}
    return all(_holds(one, labels) for one in expressions) and all(_holds(one, by_name) for one in fields)


def _holds(requirement: Tree, values: Mapping[str, str]) -> bool:
    has = values.get(requirement["key"])
    wanted: Sequence[str] = requirement.get("values") or ()
    match requirement["operator"]:
        case "In":
            return has in wanted
        case "NotIn":
            return has not in wanted
        case "Exists":
            return has is not None
        case "DoesNotExist":
            return has is None
        case "Gt":
            return has is not None and int(has) > int(wanted[0])
        case "Lt":
            return has is not None and int(has) < int(wanted[0])
    raise ValueError(f"no such operator: {requirement['operator']}")


_ADDED = (
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
)


def _tolerated(template: Tree, taint: Tree) -> bool:
    if (taint["key"], taint["effect"]) in _ADDED:
        return True
    if template.get("hostNetwork") and (taint["key"], taint["effect"]) == (
        "node.kubernetes.io/network-unavailable",
        "NoSchedule",
    ):
        return True
    return any(_tolerates(one, taint) for one in template.get("tolerations") or ())


def _tolerates(toleration: Tree, taint: Tree) -> bool:
    if toleration.get("effect", "") not in ("", taint["effect"]):
        return False
    if toleration.get("key", "") not in ("", taint["key"]):
        return False
    if toleration.get("operator", "Equal") == "Exists":
        return True
    return bool(toleration.get("value", "") == taint.get("value", ""))
