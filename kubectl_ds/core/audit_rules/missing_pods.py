"""DS001: nodes where a DaemonSet belongs and has no pod."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NODES_AND_PODS, Rule
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.coverage_report import Cause


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Nodes that are Missing, unless all of it passes by itself."""
    causes = [one for one in audited.causes_of("Missing") if one.outlook != "heals"]
    if causes:
        nodes = tuple(node.node for node in audited.coverage.nodes if node.node in _all(causes))
        of = audited.coverage.summary.eligible
        yield Found(
            message=f"{len(nodes)} of the {of} nodes where it belongs have no pod of it.",
            nodes=nodes,
            causes=tuple(causes),
        )


def _all(causes: list[Cause]) -> frozenset[str]:
    return frozenset(node for cause in causes for node in cause.nodes)


RULE = Rule(
    id="DS001",
    name="missing-pods",
    level="error",
    needs=NODES_AND_PODS,
    means="The controller's rules put a pod of the DaemonSet on these nodes, and none is there that lives.",
    why="What the agent does for every node, nobody does for these: no logs, no network, no policy.",
    mend="The cause is told with the finding. `kubectl ds coverage NAME` shows it node by node.",
    check=check,
)
