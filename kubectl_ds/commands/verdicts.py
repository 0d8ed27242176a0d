"""What `get`'s table and its watch share: the verdict of each DaemonSet and the columns asked for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kubectl_ds.core.health import Verdict
    from kubectl_ds.core.snapshot import ClusterSnapshot
    from kubectl_ds.output.get_table import Columns


def verdicts_of(snapshot: "ClusterSnapshot") -> "dict[str, Verdict]":
    """The verdict of each DaemonSet read, by uid."""
    from kubectl_ds.core.coverage import coverage
    from kubectl_ds.core.health import health

    items = {item.uid: item for item in coverage(snapshot).items}
    return {
        daemonset.metadata.uid: health(items.get(daemonset.metadata.uid), daemonset)
        for daemonset in snapshot.daemonsets
    }


def columns_from(values: Mapping[str, Any], *, wide: bool) -> "Columns":
    from kubectl_ds.output.get_table import Columns

    return Columns(
        namespace=values["all_namespaces"],
        wide=wide,
        labels=tuple(key for keys in values["label_columns"] for key in keys.split(",")),
        show_labels=values["show_labels"],
        show_kind=values["show_kind"],
    )
