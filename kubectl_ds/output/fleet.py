"""The text of a look at several clusters: each cluster's own answer, and then the DaemonSets across all of them."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kubectl_ds.core.fleet_report import Drift, DriftValue, FleetCluster, FleetDaemonSet, FleetReport, Member
from kubectl_ds.core.template_fields import is_private
from kubectl_ds.output.coverage import folded
from kubectl_ds.output.style import Style
from kubectl_ds.output.tables import Cell, Painted, table
from kubectl_ds.output.terminal_text import display_width, paragraph, safe, shortened

_FIELDS_SHOWN = 8
"""Differing fields of one DaemonSet; the document has all of them."""
_WIDEST_VALUE = 60
_MARGIN = "    "


def fleet_text(report: FleetReport, texts: Mapping[str, Callable[[Style], str]], style: Style) -> str:
    """`texts` by context: what the command prints of that cluster alone."""
    blocks = [_block(cluster, texts[cluster.context](style), style) for cluster in report.clusters]
    return "\n".join(blocks) + "\n" + _across(report, style)


def _block(cluster: FleetCluster, text: str, style: Style) -> str:
    title = safe(cluster.context)
    lines = [style.bold(f"{title}\n{'=' * display_width(title)}")]
    if cluster.error:
        told = f"Not read: {cluster.error}" + (f" ({cluster.hint})" if cluster.hint else "")
        lines.append(style.bad(paragraph(told, style.prose_width, rest="  ")))
    for name in cluster.missing:
        lines.append(style.warn(f"No DaemonSet {safe(name)} here."))
    if not cluster.error and not text and not cluster.missing:
        lines.append("No DaemonSets.")
    return "\n".join(lines) + "\n" + text


def _across(report: FleetReport, style: Style) -> str:
    parts = [style.bold("All clusters\n============"), paragraph(summary_sentence(report), style.prose_width)]
    if report.daemonsets:
        headers = ["NAMESPACE", "NAME", "CLUSTERS", "READY", "VERSION", "DIFFERS IN"]
        parts.append("\n" + table(headers, [_row(one, style) for one in report.daemonsets], style))
    for one in report.daemonsets:
        if lines := list(_differences(one, style)):
            parts.append("\n" + "\n".join([style.bold(f"ds {safe(one.namespace)}/{safe(one.name)}"), *lines]))
    return "\n".join(parts) + "\n"


def summary_sentence(report: FleetReport) -> str:
    """`3 clusters: 1 read in full, 1 in part, 1 not at all; 2 of 14 DaemonSets are not the same everywhere.`"""
    counts = (
        (sum(one.is_whole for one in report.clusters), "read in full"),
        (sum(one.report is not None and not one.is_whole for one in report.clusters), "in part"),
        (sum(one.report is None for one in report.clusters), "not at all"),
    )
    read = ", ".join(f"{count} {words}" for count, words in counts if count)
    total, drifting = len(report.daemonsets), sum(bool(one.drift or one.absent) for one in report.daemonsets)
    clusters = f"{len(report.clusters)} cluster{'s' * (len(report.clusters) != 1)}: {read}"
    noun = "DaemonSet" if total == 1 else "DaemonSets"
    verb = "is" if drifting == 1 else "are"
    return f"{clusters}; {drifting} of {total} {noun} {verb} not the same everywhere."


def _row(one: FleetDaemonSet, style: Style) -> list[Cell]:
    there = f"{len(one.members)} of {len(one.members) + len(one.absent)}"
    fields = Counter(_short(drift.field) for drift in one.drift)
    told = folded(list(fields), 48) if fields else "-"
    unwell = any(member.verdict.state in ("Stuck", "Degraded") for _, member in one.members)
    return [
        one.namespace,
        one.name,
        Painted(there, style.warn if one.absent else style.plain),
        Painted(_ready(one), style.warn if unwell else style.plain),
        _versions(one),
        Painted(told, style.warn if fields else style.plain),
    ]


def _ready(one: FleetDaemonSet) -> str:
    """Ready and eligible nodes of all clusters; `?` where some cluster's could not be known."""
    counts = [(member.summary.ready, member.summary.eligible) for _, member in one.members]
    if any(ready is None or eligible is None for ready, eligible in counts):
        return "?"
    return f"{sum(ready or 0 for ready, _ in counts)}/{sum(eligible or 0 for _, eligible in counts)}"


def _versions(one: FleetDaemonSet) -> str:
    """`1.15.3 (2), 1.14.0`: by the label, else by the first image's tag; a number where several clusters have it."""
    versions = Counter(version_of(member) for _, member in one.members)
    return ", ".join(
        f"{version} ({count})" if len(versions) > 1 and count > 1 else version
        for version, count in versions.most_common()
    )


def version_of(member: Member) -> str:
    """The label's, else the tag of its first container's image, or the beginning of its digest."""
    if member.version:
        return member.version
    image = member.images[0][1] if member.images else ""
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return tag or digest.removeprefix("sha256:")[:12] or "latest"


def _short(field: str) -> str:
    """The end of a path that still says what it is: `image`, `tolerations`, `args`."""
    if is_private(field):
        return "env"
    parts = [part for part in field.partition("[")[0].split(".") if part]
    last = field.rpartition("].")[2].rpartition(".")[2] if "]." in field else parts[-1]
    return last if "[" not in last else parts[-1]


def _differences(one: FleetDaemonSet, style: Style) -> Iterator[str]:
    if one.absent:
        yield _indented(f"absent from {folded(one.absent, style.width)}", style)
    for drift in one.drift[:_FIELDS_SHOWN]:
        yield _indented(drift_sentence(drift, style), style)
    if (rest := len(one.drift) - _FIELDS_SHOWN) > 0:
        yield _indented(f"and {rest} field{'s' * (rest != 1)} more (-o json has all)", style)


def drift_sentence(drift: Drift, style: Style) -> str:
    """`template.spec.containers[agent].image: "a:2" (eu, us), "a:1" (asia)`."""
    told = (_told(one, drift, style) for one in drift.values)
    return f"{drift.field.removeprefix('template.')}: {', '.join(told)}"


def _told(one: DriftValue, drift: Drift, style: Style) -> str:
    where = folded(one.contexts, style.width // 2)
    if drift.is_private:
        return f"one value ({where})"
    return f"{shortened(safe(value_text(one.value)), _WIDEST_VALUE)} ({where})"


def value_text(value: Any) -> str:
    """As JSON; `not set` for a field that is not there."""
    return "not set" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _indented(words: str, style: Style) -> str:
    return paragraph(words, style.prose_width, first=_MARGIN, rest=_MARGIN + "  ")
