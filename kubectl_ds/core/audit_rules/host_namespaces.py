"""DS033: which namespaces of the node its pods share."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NOTHING_ELSE, Rule
from kubectl_ds.core.audit_words import listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.template_tree import pod_spec

_SHARED = {
    "hostNetwork": "network (hostNetwork)",
    "hostPID": "processes (hostPID)",
    "hostIPC": "inter-process communication (hostIPC)",
}


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """The three that a pod may share."""
    spec = pod_spec(audited.tree)
    if shared := [words for field, words in _SHARED.items() if spec.get(field) is True]:
        yield Found(message=f"Its pods share the node's {listed(shared)}.")


RULE = Rule(
    id="DS033",
    name="host-namespaces",
    level="info",
    needs=NOTHING_ELSE,
    means="An inventory of the DaemonSets whose pods share a namespace of their node: its network, its processes, or "
    "its inter-process communication.",
    why="Network policies do not hold a pod in the host network, which also reaches whatever listens on the node's "
    "loopback; a pod among the host's processes sees their environment. Many agents need it; the list says which "
    "ones have it.",
    mend="Nothing, if the agent needs it.",
    check=check,
)
