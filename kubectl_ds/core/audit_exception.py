"""A finding that people have decided to live with: which ones, why, and until when."""

from datetime import date
from fnmatch import fnmatchcase

from msgspec import Struct

from kubectl_ds.core.label_selector import Requirements


class AuditException(Struct, frozen=True, kw_only=True):
    """`rules` are patterns of identifiers or names, `namespace` and `name` patterns of the DaemonSet's.

    A pattern is a shell's: `*`, `?`, `[ab]`; for rules case does not matter. With `nodes` only findings on nodes with
    these labels are meant, and of those only these nodes; `node_selector` is its text.
    """

    rules: tuple[str, ...]
    reason: str
    namespace: str = "*"
    name: str = "*"
    nodes: Requirements | None = None
    node_selector: str = ""
    expires: date | None = None
    """The last day on which it holds, in UTC."""

    def is_expired(self, day: date) -> bool:
        return self.expires is not None and day > self.expires

    def concerns(self, rule: str, rule_name: str, namespace: str, name: str) -> bool:
        """Whether a finding of this rule at this DaemonSet is meant, nodes aside."""
        return (
            any(
                fnmatchcase(spelling.lower(), pattern.lower())
                for pattern in self.rules
                for spelling in (rule, rule_name)
            )
            and fnmatchcase(namespace, self.namespace)
            and fnmatchcase(name, self.name)
        )
