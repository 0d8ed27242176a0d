"""The part of `describe` that kubectl prints too, line by line as kubectl prints it.

Mirrors describeDaemonSet and DescribeEvents of kubectl's pkg/describe/describe.go.
"""

from collections.abc import Sequence
from datetime import datetime

from kubectl_ds.core.describe import Description, PodPhases
from kubectl_ds.core.human_duration import age
from kubectl_ds.core.model import Event
from kubectl_ds.output.describe_template import template_lines
from kubectl_ds.output.describe_values import (
    NONE,
    Object,
    annotation_lines,
    label_lines,
    number_of,
    object_of,
    selector_text,
    text_of,
)
from kubectl_ds.output.tabwriter import CELL, elastic
from kubectl_ds.output.terminal_text import safe

_COUNTERS = (
    ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
    ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
    ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
    ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
    ("Number of Nodes Misscheduled", "numberMisscheduled"),
)
_NO_EVENTS = f"Events:{CELL}{NONE}"
_UNREAD_EVENTS = f"Events:{CELL}<unknown>"


def object_lines(daemonset_object: Object, found: Description, now: datetime) -> tuple[list[str], list[str]]:
    """kubectl's lines above the events, and the events: parted, so that ours can stand between.

    Both are laid out together, since an `Events: <none>` shares its column with the lines above.
    """
    head = _head(daemonset_object, found.phases)
    if not found.events_wanted:
        return elastic(head), []
    if not found.events:
        laid_out = elastic([*head, _UNREAD_EVENTS if found.events is None else _NO_EVENTS])
        return laid_out[:-1], laid_out[-1:]
    return elastic(head), elastic(_event_lines(found.events, now))


def _head(daemonset_object: Object, phases: PodPhases | None) -> list[str]:
    metadata, spec = object_of(daemonset_object, "metadata"), object_of(daemonset_object, "spec")
    status, template = object_of(daemonset_object, "status"), object_of(spec, "template")
    node_selector = object_of(object_of(template, "spec"), "nodeSelector")
    return [
        f"Name:{CELL}{text_of(metadata, 'name')}",
        f"Namespace:{CELL}{text_of(metadata, 'namespace')}",
        f"Selector:{CELL}{selector_text(spec.get('selector'))}",
        f"Node-Selector:{CELL}{_joined_labels(node_selector)}",
        *label_lines("Labels", object_of(metadata, "labels")),
        *annotation_lines("Annotations", object_of(metadata, "annotations")),
        *(f"{title}: {number_of(status, field)}" for title, field in _COUNTERS),
        f"Pods Status:{CELL}{_phases(phases)}",
        *template_lines(template),
    ]


def _joined_labels(labels: Object) -> str:
    return safe(",".join(f"{key}={labels[key]}" for key in sorted(labels))) or NONE


def _phases(phases: PodPhases | None) -> str:
    if phases is None:
        return "<unknown>"
    return (
        f"{phases.running} Running / {phases.waiting} Waiting / "
        f"{phases.succeeded} Succeeded / {phases.failed} Failed"
    )


def _event_lines(events: Sequence[Event], now: datetime) -> list[str]:
    lines = ["Events:", CELL.join(["  Type", "Reason", "Age", "From", "Message"])]
    lines.append(CELL.join(["  ----", "------", "----", "----", "-------"]))
    for event in events:
        message = event.message.strip()
        if event.involved_object.field_path:
            message = f"{event.involved_object.field_path}: {message}"
        source = event.source.component or event.reporting_component
        cells = [event.type, event.reason, _interval(event, now), source, message]
        lines.append("  " + CELL.join(safe(cell) for cell in cells))
    return lines


def _interval(event: Event, now: datetime) -> str:
    first = age(event.event_time or event.first_timestamp, now)
    if event.series is not None:
        return f"{age(event.series.last_observed_time, now)} (x{event.series.count} over {first})"
    if event.count > 1:
        return f"{age(event.last_timestamp, now)} (x{event.count} over {first})"
    return first
