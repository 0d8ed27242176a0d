"""What `kubectl ds create` says before and after it writes."""

from collections.abc import Iterator

from kubectl_ds.core.landing import Landing
from kubectl_ds.output.coverage import folded
from kubectl_ds.output.explain_sentences import near_miss_sentences
from kubectl_ds.output.placement_sentences import short_paths
from kubectl_ds.output.reasons import sentences
from kubectl_ds.output.terminal_text import safe

_NAMES = 60
"""Columns that a sentence has for names of nodes."""
_CAUSES = 4


def landing_sentences(landing: Landing) -> Iterator[str]:
    """On how many nodes it lands, and what leaves the others out."""
    if not landing.nodes:
        yield "The cluster has no nodes yet; it will land on those that join and that its template lets in."
        return
    count = len(landing.eligible)
    nodes = f"{landing.nodes} node{'s' * (landing.nodes != 1)}"
    if not count:
        yield f"It lands on none of {nodes}."
        if landing.near_miss is not None:
            yield from (short_paths(words) for words in near_miss_sentences(landing.near_miss))
        return
    yield f"It lands on {count} of {nodes}: {safe(folded(landing.eligible, _NAMES))}."
    for cause in landing.excluded[:_CAUSES]:
        words = safe(sentences(cause.reasons))
        yield f"Not on {len(cause.nodes)} ({safe(folded(cause.nodes, _NAMES))}): {words}"
    if rest := sum(len(cause.nodes) for cause in landing.excluded[_CAUSES:]):
        yield f"Not on {rest} more, for other reasons."


def created_sentence(name: str, dry_run: str) -> str:
    """kubectl's own line."""
    suffix = {"client": " (dry run)", "server": " (server dry run)"}.get(dry_run, "")
    return f"daemonset.apps/{safe(name)} created{suffix}\n"
