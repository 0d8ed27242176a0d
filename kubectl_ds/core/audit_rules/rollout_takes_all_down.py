"""DS026: an update that may take down all pods at once."""

from collections.abc import Iterator

from kubectl_ds.core.audit_report import Found, Patch
from kubectl_ds.core.audit_rule import Rule
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.update_strategy import budget, rolls


def check(audited: AuditedDaemonSet) -> Iterator[Found]:
    """`maxUnavailable` of all eligible nodes, of which there are several, or of all however many there are."""
    daemonset, eligible = audited.daemonset, len(audited.eligible)
    rolling = daemonset.spec.update_strategy.rolling_update
    asked = None if rolling is None else rolling.max_unavailable
    if asked is None or not rolls(daemonset) or eligible < _SEVERAL:
        return
    try:
        allowed = budget(daemonset, eligible)
    except ValueError:
        # The controller gives up on it, and replaces nothing.
        return
    if allowed.max_surge or allowed.max_unavailable < eligible:
        return
    yield Found(
        message=f"maxUnavailable {asked} allows all {eligible} nodes where it belongs to be without it at once.",
        patch=Patch(
            type="merge",
            body={"spec": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": _GENTLE}}}},
        ),
    )


_SEVERAL = 2
"""On a single node any update takes all down."""
_GENTLE = "10%"
"""Rounded up: one node at least."""

RULE = Rule(
    id="DS026",
    name="rollout-takes-all-down",
    level="warning",
    needs=frozenset(("nodes",)),
    means="The rolling update's maxUnavailable is as large as the number of nodes where the DaemonSet belongs, or "
    "larger, so that a change of the template deletes all pods in one go. DaemonSets on a single node are left out.",
    why="A new version that does not start is then broken on every node before anybody can stop it, and even a good "
    "one leaves the whole cluster without the agent for a while.",
    mend="Lower maxUnavailable, to 10% for instance: of a percentage at least one node is allowed.",
    check=check,
)
