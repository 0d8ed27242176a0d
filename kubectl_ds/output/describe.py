"""The text of `kubectl ds describe`: all that kubectl prints of a DaemonSet, and what it leaves out.

kubectl's lines come first and its events last, as kubectl prints them; between them stand placement, rollout,
revisions, coverage and the pods that are unwell.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from kubectl_ds.core.coverage_reasons import distinct_codes
from kubectl_ds.core.coverage_report import DaemonSetCoverage, NodeCoverage
from kubectl_ds.core.describe import Description
from kubectl_ds.core.health import health
from kubectl_ds.core.history import RevisionNodes
from kubectl_ds.core.human_duration import age
from kubectl_ds.core.model import DaemonSet
from kubectl_ds.core.rollout_status import rollout_status
from kubectl_ds.core.update_strategy import rolls
from kubectl_ds.errors import KubectlDsError
from kubectl_ds.output.coverage import folded
from kubectl_ds.output.describe_affinity import affinity_lines
from kubectl_ds.output.describe_object import object_lines
from kubectl_ds.output.describe_values import NONE, object_of, text_of
from kubectl_ds.output.gaps import gap_sentences
from kubectl_ds.output.get_table import paint_verdict, verdict_text
from kubectl_ds.output.history import revision_name
from kubectl_ds.output.reasons import sentences
from kubectl_ds.output.style import Style
from kubectl_ds.output.tables import table
from kubectl_ds.output.terminal_text import paragraph, safe, shortened

_INDENT = "  "
_DEEPER = "    "
_TITLE_COLUMNS = 21
_UNWELL = ("NotReady", "Pending", "Missing", "Extra")
_MOST_UNWELL = 20
_MOST_OF_A_CAUSE = 40


def describe_text(
    daemonset_object: Mapping[str, Any],
    daemonset: DaemonSet,
    found: Description,
    covered: DaemonSetCoverage | None,
    style: Style,
    *,
    now: datetime,
) -> str:
    """One DaemonSet. `covered` is its whole coverage, None where nothing could be read for it."""
    head, events = object_lines(daemonset_object, found, now)
    lines = [
        *head,
        *_placement(daemonset_object, style),
        *_rollout(daemonset_object, daemonset, style),
        *_revisions(found.revisions, style, now),
        *_coverage(covered, daemonset, style),
        *_unwell(covered, style),
        *events,
    ]
    return "\n".join(lines) + "\n"


def _row(title: str, words: str, style: Style) -> str:
    return paragraph(
        words, style.prose_width, first=f"{_INDENT}{title}:".ljust(_TITLE_COLUMNS + len(_INDENT))
    )


# --- what kubectl leaves out of the object ---------------------------------------------------------


def _placement(daemonset_object: Mapping[str, Any], style: Style) -> Iterator[str]:
    spec = object_of(object_of(object_of(daemonset_object, "spec"), "template"), "spec")
    yield style.bold("Placement:")
    yield _row("Node Name", str(spec.get("nodeName") or NONE), style)
    yield _row("Scheduler", str(spec.get("schedulerName") or "default-scheduler"), style)
    if spec.get("hostNetwork") is True:
        yield _row("Host Network", "true", style)
    yield from affinity_lines(object_of(spec, "affinity"), style.prose_width)


def _rollout(daemonset_object: Mapping[str, Any], daemonset: DaemonSet, style: Style) -> Iterator[str]:
    strategy = object_of(object_of(daemonset_object, "spec"), "updateStrategy")
    rolling = object_of(strategy, "rollingUpdate")
    yield style.bold("Rollout:")
    kind = text_of(strategy, "type") or "RollingUpdate"
    yield _row("Strategy", kind, style)
    if rolls(daemonset):
        yield _row("Max Unavailable", text_of(rolling, "maxUnavailable") or "1", style)
        yield _row("Max Surge", text_of(rolling, "maxSurge") or "0", style)
    yield _row("Min Ready Seconds", str(daemonset.spec.min_ready_seconds), style)
    limit = daemonset.spec.revision_history_limit
    yield _row("History Limit", str(10 if limit is None else limit), style)
    seen, wanted = daemonset.status.observed_generation, daemonset.metadata.generation
    behind = " (the controller has not seen the newest spec)" if seen < wanted else ""
    yield _row("Generation", f"{wanted}, observed {seen}{behind}", style)
    yield _row("Status", _status(daemonset), style)


def _status(daemonset: DaemonSet) -> str:
    """kubectl's own words of `rollout status`, which has none for OnDelete."""
    try:
        message, _ = rollout_status(daemonset)
    except KubectlDsError as error:
        return error.message
    except ValueError as error:
        return str(error)
    return message.strip()


# --- revisions -------------------------------------------------------------------------------------


def _revisions(revisions: Sequence[RevisionNodes] | None, style: Style, now: datetime) -> Iterator[str]:
    if revisions is None:
        yield f"{style.bold('Revisions:')} <unknown>: the pods or the ControllerRevisions could not be read"
        return
    yield style.bold("Revisions:") + ("" if revisions else f" {NONE}")
    if not revisions:
        return
    causes = any(revision.change_cause for revision in revisions)
    rows = [_revision_row(revision, style, now, causes=causes) for revision in revisions]
    headers = ["REVISION", "HASH", "AGE", "NODES", *(["CHANGE-CAUSE"] if causes else []), "ON"]
    yield table(headers, rows, style, indent=2)


def _revision_row(revision: RevisionNodes, style: Style, now: datetime, *, causes: bool) -> list[str]:
    nodes = revision.nodes or ()
    cause = shortened(revision.change_cause, _MOST_OF_A_CAUSE) or NONE
    return [
        revision_name(revision),
        revision.hash or NONE,
        age(revision.created, now) if revision.number is not None else "-",
        str(len(nodes)),
        *([cause] if causes else []),
        folded(nodes, style.width),
    ]


# --- coverage --------------------------------------------------------------------------------------


def _coverage(covered: DaemonSetCoverage | None, daemonset: DaemonSet, style: Style) -> Iterator[str]:
    verdict = health(covered, daemonset)
    yield style.bold("Coverage:")
    words = safe(verdict_text(verdict))
    lead = f"{_INDENT}Verdict:".ljust(_TITLE_COLUMNS + len(_INDENT))
    for line in paragraph(words, style.prose_width, first=lead).split("\n"):
        yield line[: len(lead)] + paint_verdict(verdict.state, line[len(lead) :], style)
    if covered is None:
        return
    counts = covered.summary
    yield _row("Nodes", _counted([("in all", counts.nodes), ("eligible", counts.eligible)]), style)
    yield _row(
        "States",
        _counted(
            [
                ("ready", counts.ready),
                ("not ready", counts.not_ready),
                ("pending", counts.pending),
                ("missing", counts.missing),
                ("extra", counts.extra),
                ("excluded", counts.excluded),
            ]
        ),
        style,
    )
    flags = [("outdated", counts.outdated), ("duplicate", counts.duplicate), ("orphaned", counts.orphaned)]
    yield _row("Flags", _counted(flags), style)
    if covered.controller_disagrees:
        told = ", ".join(
            f"{one.field} {one.status} instead of {one.computed}" for one in covered.controller_disagrees
        )
        yield _row("Status differs", told, style)
    for gap in gap_sentences(covered.incomplete):
        yield style.warn(_row("Incomplete", gap, style))
    yield from _causes(covered, style)


def _counted(counts: Sequence[tuple[str, int | None]]) -> str:
    return ", ".join(f"{'?' if count is None else count} {word}" for word, count in counts)


def _causes(covered: DaemonSetCoverage, style: Style) -> Iterator[str]:
    for cause in covered.causes:
        paint = (
            style.dim if cause.state == "Excluded" else style.bad if cause.outlook == "stuck" else style.warn
        )
        outlook = "" if cause.state == "Excluded" else f", outlook {cause.outlook}"
        halted = ", surge halted" if cause.state == "Ready" else ""
        yield _INDENT + paint(f"{len(cause.nodes)} {cause.state}{halted}{outlook}")
        yield paragraph(sentences(cause.reasons), style.prose_width, first=_DEEPER, rest=_DEEPER)
        yield paragraph(folded(cause.nodes, style.width), style.prose_width, first=_DEEPER, rest=_DEEPER)


def _unwell(covered: DaemonSetCoverage | None, style: Style) -> Iterator[str]:
    """Pods that are not as they should be, one line each; their reasons in full stand under the causes."""
    if covered is None or covered.summary.ready is None:
        return
    unwell = [node for node in covered.nodes if (node.state in _UNWELL and node.pods) or node.halts_rollout]
    yield style.bold("Unwell Pods:") + ("" if unwell else f" {NONE}")
    if not unwell:
        return
    rows = [row for node in unwell[:_MOST_UNWELL] for row in _unwell_rows(node)]
    yield table(["POD", "NODE", "STATE", "PHASE", "REASON"], rows, style, indent=2, shorten=True)
    if len(unwell) > _MOST_UNWELL:
        more = len(unwell) - _MOST_UNWELL
        yield f"{_INDENT}… and on {more} more node{'s' * (more != 1)}: see `kubectl ds coverage --problems`"


def _unwell_rows(node: NodeCoverage) -> Iterator[list[str]]:
    why = ", ".join(distinct_codes(node.reasons))
    for pod in node.pods:
        if node.halts_rollout and pod.ready:
            continue
        yield [pod.name, node.node, node.state or "", pod.phase or "Unknown", why]
