"""What the program answers, held against what the raw objects and the controllers show."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.differential.moment import Moment, is_ready, is_terminal, is_terminating, name_of
from tests.differential.pending import contradictions
from tests.differential.vocabulary import Raw

ELIGIBLE_STATES = ("Ready", "NotReady", "Pending", "Missing")


@dataclass(frozen=True)
class Finding:
    """One disagreement, about one DaemonSet and, mostly, one node."""

    daemonset: str
    node: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.daemonset}{f' on {self.node}' if self.node else ''}: {self.sentence}"


class Comparison:
    """One report of `kubectl ds coverage -A -o json` and the moment at which it was asked for."""

    def __init__(self, moment: Moment, report: Raw) -> None:
        self.moment = moment
        self.items: dict[str, Raw] = {f"{one['namespace']}/{one['name']}": one for one in report["items"]}
        self._incomplete = report["incomplete"]

    def findings(self, eligible: Mapping[str, frozenset[str]]) -> list[Finding]:
        """Every disagreement. `eligible`: by DaemonSet, where the controller has put pods, or would."""
        found = [Finding("the report", "", f"is incomplete: {gap}") for gap in self._incomplete]
        if missing := set(self.moment.daemonsets) ^ set(self.items):
            found.append(Finding("the report", "", f"and the cluster differ in {sorted(missing)}"))
        for key, nodes in eligible.items():
            daemonset, item = self.moment.daemonsets[key], self.items[key]
            found += [Finding(key, "", sentence) for sentence in _of_status(daemonset, item)]
            found += [
                Finding(key, node, sentence) for node, sentence in self._of_nodes(daemonset, item, nodes)
            ]
            found += [Finding(key, "", sentence) for sentence in self._of_orphans(daemonset, item)]
        return found

    def _of_nodes(self, daemonset: Raw, item: Raw, eligible: frozenset[str]) -> Iterator[tuple[str, str]]:
        by_node = self.moment.by_node(daemonset)
        listed = {node["node"]: node for node in item["nodes"]}
        for name in self.moment.nodes.keys() ^ listed.keys():
            yield name, "is in only one of the cluster and the report"
        for name, says in listed.items():
            pods = by_node.get(name, [])
            if says["eligible"] != (name in eligible):
                yield name, f"eligible is {says['eligible']}, and the controller says otherwise"
            if says["state"] != (state := _state(pods, eligible=name in eligible)):
                yield name, f"the state is {says['state']}, and the objects say {state}"
            if [pod["name"] for pod in says["pods"]] != [name_of(pod) for pod in _in_order(pods)]:
                yield name, "other pods, or in another order"
            if says["outdated"] != self._is_outdated(daemonset, pods):
                yield name, f"outdated is {says['outdated']}"
            if says["duplicate"] != self._is_duplicate(daemonset, pods):
                yield name, f"duplicate is {says['duplicate']}"
            if says["state"] == "Pending":
                pod = next(one for one in _in_order(pods) if not is_terminating(one))
                sentences = contradictions(self.moment, pod, says["reasons"], says["outlook"])
                yield from ((name, sentence) for sentence in sentences)
            yield from (
                (name, sentence) for sentence in _of_reasons(says, surging=len(list(_live(pods))) == 2)
            )

    def _is_outdated(self, daemonset: Raw, pods: Iterable[Raw]) -> bool:
        return not all(self.moment.is_updated(daemonset, pod) for pod in _live(pods))

    def _is_duplicate(self, daemonset: Raw, pods: Iterable[Raw]) -> bool:
        """More than one, but for the old and the new one of a surge."""
        live = list(_live(pods))
        rolling = daemonset["spec"]["updateStrategy"].get("rollingUpdate") or {}
        if len(live) != 2 or rolling.get("maxSurge", 0) in (0, "0%"):
            return len(live) > 1
        return len({self.moment.is_updated(daemonset, pod) for pod in live}) == 1

    def _of_orphans(self, daemonset: Raw, item: Raw) -> Iterator[str]:
        says = {(one["node"], one["pod"]) for one in item["orphaned"]}
        shown = {
            (node, name_of(pod))
            for node, pods in self.moment.by_node(daemonset).items()
            for pod in pods
            if node not in self.moment.nodes
        }
        if says != shown:
            yield f"orphaned are {sorted(says)}, and the objects say {sorted(shown)}"


def placed(moment: Moment, daemonset: Raw) -> frozenset[str]:
    """The nodes that the controller has put a pod on, or meant one for."""
    return frozenset(moment.by_node(daemonset))


def _of_status(daemonset: Raw, item: Raw) -> Iterator[str]:
    """All seven fields at rest, and the sums of the summary."""
    status, summary = daemonset["status"], item["summary"]
    if is_terminating(daemonset):
        return
    for one in item["controllerDisagrees"]:
        yield f"status.{one['field']} is {one['status']}, and the program computes {one['computed']}"
    counted = {
        "desiredNumberScheduled": summary["eligible"],
        "numberMisscheduled": summary["extra"],
    }
    for field, computed in counted.items():
        if status[field] != computed:
            yield f"status.{field} is {status[field]}, and the summary has {computed}"
    states = [node["state"] for node in item["nodes"]]
    for state in (*ELIGIBLE_STATES, "Extra", "Excluded"):
        if summary[f"{state[0].lower()}{state[1:]}"] != states.count(state):
            yield f"the summary miscounts {state}"
    if summary["eligible"] != sum(state in ELIGIBLE_STATES for state in states):
        yield "the summary's eligible nodes are not those of its states"


def _of_reasons(says: Raw, *, surging: bool) -> Iterator[str]:
    """Every node that is not Ready has a reason, and a pod that is here at rest is not about to be deleted.

    A node that is Ready may have one for the other of its two pods.
    """
    codes = [reason["code"] for reason in says["reasons"]]
    if (not codes and says["state"] != "Ready") or (codes and says["state"] == "Ready" and not surging):
        yield f"the state is {says['state']} with the reasons {codes}"
    if "ControllerDeletesPod" in codes:
        yield "the controller is said to delete a pod that it has left alone"
    if {"ControllerBehind", "Unknown"} & set(codes):
        yield f"the controller has nothing more to do, and the reasons are {codes}"


def _state(pods: list[Raw], *, eligible: bool) -> str:
    if not eligible:
        return "Extra" if pods else "Excluded"
    live = _live(pods)
    bound = [pod for pod in live if pod["spec"].get("nodeName")]
    if not bound:
        return "Pending" if live else "Missing"
    return "Ready" if any(is_ready(pod) for pod in bound) else "NotReady"


def _live(pods: Iterable[Raw]) -> list[Raw]:
    return [pod for pod in pods if not is_terminal(pod) and not is_terminating(pod)]


def _in_order(pods: Iterable[Raw]) -> list[Raw]:
    """Bound ones first, then by age, then by name: the controller looks at the first alone."""
    return sorted(
        pods,
        key=lambda pod: (
            not pod["spec"].get("nodeName"),
            pod["metadata"]["creationTimestamp"],
            name_of(pod),
        ),
    )
