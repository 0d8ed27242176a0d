"""What `kubectl ds explain` says of one DaemonSet, held against the raw objects and the coverage report."""

from collections.abc import Iterator

from tests.differential.comparison import Finding
from tests.differential.moment import Moment, is_terminating, key_of, name_of, pin_of
from tests.differential.pending import contradictions
from tests.differential.vocabulary import Raw


def findings_of_explanation(
    moment: Moment, daemonset: Raw, eligible: frozenset[str], covered: Raw, explained: Raw
) -> Iterator[Finding]:
    """`covered` is the DaemonSet's item of the coverage report, `explained` the document of `explain`."""
    key = key_of(daemonset)
    mechanism = {kind: explained["mechanism"][kind] for kind in ("nodeAffinity", "nodeName", "unbound")}
    if mechanism != (shown := _mechanism(moment, daemonset)):
        yield Finding(key, "", f"explain counts {mechanism}, and the objects show {shown}")
    by_node = moment.by_node(daemonset)
    covered_nodes = {node["node"]: node for node in covered["nodes"]}
    for says in explained["nodes"]:
        name = says["node"]
        if name not in moment.nodes:
            continue
        pods = by_node.get(name, [])
        for sentence in _of_node(
            moment, daemonset, says, pods, covered_nodes[name], eligible=name in eligible
        ):
            yield Finding(key, name, f"explain: {sentence}")


def _of_node(
    moment: Moment, daemonset: Raw, says: Raw, pods: list[Raw], covered: Raw, *, eligible: bool
) -> Iterator[str]:
    if says["shouldRun"] != eligible:
        yield f"shouldRun is {says['shouldRun']}, and the controller says otherwise"
    if says["shouldRun"] != all(rule["passed"] for rule in says["rules"]):
        yield "shouldRun and the rules say different things"
    left_alone = [pod for pod in pods if not is_terminating(pod)]
    if left_alone and not says["shouldContinueRunning"] and not is_terminating(daemonset):
        yield "shouldContinueRunning is False, and the controller has left a pod alone"
    if says["shouldRun"] and not says["shouldContinueRunning"]:
        yield "a pod should run and not go on running"
    bindings = {pod["name"]: (pod["binding"], pod["pinnedTo"], pod["nodeName"]) for pod in says["pods"]}
    if bindings != (shown := {name_of(pod): _binding(pod) for pod in pods}):
        yield f"the bindings are {bindings}, and the objects show {shown}"
    codes = [one["code"] for one in says["scheduling"]]
    if covered["state"] == "Pending" and codes != (wanted := [one["code"] for one in covered["reasons"]]):
        yield f"scheduling is {codes}, and coverage says {wanted}"
    waiting = [pod for pod in left_alone if not pod["spec"].get("nodeName")]
    if eligible and waiting:
        reasons = [{"code": one["code"], "message": one["detail"]} for one in says["scheduling"]]
        yield from contradictions(moment, waiting[0], reasons, "")
    elif codes:
        yield f"no pod waits here, and scheduling is {codes}"


def _mechanism(moment: Moment, daemonset: Raw) -> dict[str, int]:
    kinds = [_binding(pod)[0] for pod in moment.pods_of(daemonset)]
    return {
        "nodeAffinity": kinds.count("NodeAffinity"),
        "nodeName": kinds.count("NodeName"),
        "unbound": kinds.count("Unbound"),
    }


def _binding(pod: Raw) -> tuple[str, str | None, str | None]:
    pin, bound = pin_of(pod), pod["spec"].get("nodeName")
    return ("Unbound" if not bound else "NodeAffinity" if pin else "NodeName"), pin or None, bound
