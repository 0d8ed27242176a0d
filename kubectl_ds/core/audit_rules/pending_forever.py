"""DS006: pods of a DaemonSet that wait for a node and will not get on it by themselves."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NODES_AND_PODS, Rule
from kubectl_ds.core.audit_words import command, of_them
from kubectl_ds.core.audited_cluster import AuditedDaemonSet


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Nodes that are Pending, unless what they wait for comes by itself."""
    causes = audited.lasting_causes_of("Pending")
    if not causes or audited.is_going_in_time:
        return
    nodes = audited.nodes_of(causes)
    stuck = any(one.outlook == "stuck" for one in causes)
    said = of_them(len(nodes), audited.coverage.summary.eligible or 0)
    outlook = "is not bound, and will not be before somebody acts" if stuck else "is not bound"
    namespace, name = audited.key
    explain = command("kubectl ds explain", name, "-n", namespace, "--node", nodes[0])
    yield Found(
        message=f"{said} a pod of it that {outlook}.",
        nodes=nodes,
        causes=causes,
        fix=f"See to the cause that is told; {explain} shows all that the scheduler weighs there.",
        level=None if stuck else "warning",
    )


RULE = Rule(
    id="DS006",
    name="pending-forever",
    level="error",
    needs=NODES_AND_PODS,
    means="The controller has made a pod for these nodes, and no scheduler binds it: it does not fit, something holds "
    "its port or volume, a gate holds it back, or no scheduler of the name that it asks for is at work. A pod for "
    "which the scheduler may evict others, or whose place is just being freed, is not told. A warning where nobody "
    "can tell whether it passes.",
    why="DESIRED and CURRENT count the node, and nothing runs there. The pod is pinned to this one node: unlike any "
    "other workload's it cannot go elsewhere.",
    mend="The cause is told with the finding. `kubectl ds explain NAME --node NODE` shows all that is weighed.",
    check=check,
)
