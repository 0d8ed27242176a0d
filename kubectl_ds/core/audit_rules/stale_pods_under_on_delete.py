"""DS008: old pods that an OnDelete DaemonSet keeps until somebody deletes them."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NODES_AND_PODS, Rule
from kubectl_ds.core.audit_words import command, of_them
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.update_strategy import rolls


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Outdated nodes of a DaemonSet that the controller does not roll."""
    if rolls(audited.daemonset) or audited.going_for is not None:
        return
    stale = [one for one in audited.coverage.nodes if one.eligible and one.outdated]
    if not stale:
        return
    first = stale[0].pods[0].name
    namespace, name = audited.key
    yield Found(
        message=f"{of_them(len(stale), audited.coverage.summary.eligible or 0)} a pod of an older revision, and the "
        "update strategy OnDelete leaves it there.",
        nodes=tuple(one.node for one in stale),
        fix="Delete the old pods, node by node, and new ones come: begin with "
        f"{command('kubectl delete pod', first, '-n', namespace)}. "
        f"{command('kubectl ds rollout', name, '-n', namespace)} shows which are left.",
    )


RULE = Rule(
    id="DS008",
    name="stale-pods-under-on-delete",
    level="warning",
    needs=NODES_AND_PODS | {"controllerrevisions"},
    means="The template has changed, the update strategy is OnDelete, and these nodes still run a pod of an older "
    "revision.",
    why="The controller makes new pods of the new template and replaces none: nodes differ by when they last lost "
    "their pod, and a fix that was rolled out is not in force. `kubectl rollout status` refuses to tell.",
    mend="Delete the old pods in an order that suits you, or let the controller do it: "
    '`kubectl patch ds NAME -p \'{"spec":{"updateStrategy":{"type":"RollingUpdate"}}}\'`.',
    check=check,
)
