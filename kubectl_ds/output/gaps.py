"""What could not be read, in sentences."""

from collections.abc import Iterable

from kubectl_ds.core.snapshot import Gap
from kubectl_ds.output.style import Style
from kubectl_ds.output.terminal_text import paragraph

_CONSEQUENCES = {
    "daemonsets": "DaemonSets are missing here",
    "nodes": "no node can be judged",
    "events": "reasons that only events tell are unknown",
    "controllerrevisions": "which pods are outdated is unknown",
    "limitranges": "requests and limits that a LimitRange fills in are not counted",
    "priorityclasses": "the priority of pods that are not there yet is unknown",
    "runtimeclasses": "the overhead of runtime classes is not counted for pods that are not there yet",
}


def gap_sentence(gap: Gap) -> str:
    """What was wanted, why it could not be had, and what is unknown without it."""
    where = f" in the namespace {gap.namespace}" if gap.namespace else ""
    words = gap.message.strip().rstrip(".") or f"the {gap.resource}{where} could not be read"
    consequence = _CONSEQUENCES.get(gap.resource)
    return f"{words}{f'; {consequence}' if consequence else ''}."


def gap_sentences(gaps: Iterable[Gap]) -> list[str]:
    """One sentence each, none twice."""
    return list(dict.fromkeys(gap_sentence(gap) for gap in gaps))


def gap_paragraphs(gaps: Iterable[Gap], style: Style) -> list[str]:
    """The same for a terminal, each a paragraph of its own."""
    return [style.warn(paragraph(f"Not known: {words}", style.prose_width)) for words in gap_sentences(gaps)]
