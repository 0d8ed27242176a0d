"""What a rule of the audit is: its identity, its words, and the one check that it makes."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from kubectl_ds.core.audit_report import Found, Level, Unjudged
from kubectl_ds.core.audited_cluster import AuditedCluster, AuditedDaemonSet
from kubectl_ds.core.object_key import Key
from kubectl_ds.core.snapshot import Resource

NODES_AND_PODS: frozenset[Resource] = frozenset(("nodes", "pods"))
NOTHING_ELSE: frozenset[Resource] = frozenset()
"""Of rules that look at the DaemonSets alone."""


class Rule(Struct, frozen=True, kw_only=True):
    """One rule. Its texts are Markdown of whole sentences: its page is made of them.

    `id` (DS001) never changes and is never used again; so is `name` (missing-pods), which is that of its module.
    `needs`: what has to have been read in full, DaemonSets aside, for silence to mean that all is well.
    Just one of `check` (everything may be read, and only the DaemonSet given may be blamed) and `check_cluster`
    (which says itself who is to blame, and of whom it could not judge) is there.
    """

    id: str
    name: str
    level: Level
    needs: frozenset[Resource]
    means: str
    why: str
    mend: str
    check: Callable[[AuditedDaemonSet], Iterable[Found]] | None = None
    check_cluster: Callable[[AuditedCluster], Iterable[tuple[Key, Found] | Unjudged]] | None = None
