"""DS005: pods of a DaemonSet that are bound or pinned to a node that is gone."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found
from kubectl_ds.core.audit_rule import NODES_AND_PODS, Rule
from kubectl_ds.core.audit_words import command, counted, listed
from kubectl_ds.core.audited_cluster import AuditedDaemonSet


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """Pods whose node is not there."""
    orphaned = audited.coverage.orphaned
    if not orphaned:
        return
    nodes = tuple(dict.fromkeys(one.node for one in orphaned))
    pods = [one.pod for one in orphaned]
    namespace, _ = audited.key
    delete = command("kubectl delete pod", *pods[:3], "-n", namespace, "--grace-period=0 --force")
    rest = f" (and {counted(len(pods) - 3, 'more pod')})" if len(pods) > 3 else ""
    yield Found(
        message=f"{counted(len(pods), 'pod')} of it, {listed(pods)}, "
        f"{'is' if len(pods) == 1 else 'are'} bound or pinned to {listed(nodes)}: there is no such node.",
        nodes=nodes,
        fix="kube-controller-manager takes them away within a minute after the node is gone. Where they stay: "
        f"{delete}{rest}.",
    )


RULE = Rule(
    id="DS005",
    name="orphaned-pods",
    level="warning",
    needs=NODES_AND_PODS,
    means="Pods of the DaemonSet are bound, or pinned, to nodes that the cluster does not have. They are in no status "
    "field. The pod garbage collector takes bound ones away some 40 seconds after the node, the DaemonSet controller "
    "those that are not bound.",
    why="They hold what they claim (volumes, quota, addresses) for a machine that is gone, and show as Running.",
    mend="Delete them with `--grace-period=0 --force`: no kubelet is there to confirm it. If it happens again, see in "
    "the log of kube-controller-manager why its pod garbage collector does not get to them.",
    check=check,
)
