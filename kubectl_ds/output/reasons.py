"""The sentence for every reason: the one door to the words, used by text and documents alike.

Sentences hold names and messages of the cluster as they are; whoever prints them on a terminal makes them safe
(output/terminal_text.py).
"""

from collections.abc import Iterable
from typing import assert_never

from kubectl_ds.core.coverage_reasons import NodeReason
from kubectl_ds.core.coverage_report import Cause
from kubectl_ds.core.extra import ExtraReason
from kubectl_ds.core.missing import MissingReason
from kubectl_ds.core.placement import PlacementReason
from kubectl_ds.core.pod_health_reasons import PodHealthReason
from kubectl_ds.core.scheduling import SchedulingReason
from kubectl_ds.output.missing_sentences import missing_sentence
from kubectl_ds.output.placement_sentences import placement_sentence, short_paths
from kubectl_ds.output.pod_health_sentences import pod_health_sentence
from kubectl_ds.output.scheduling_sentences import scheduling_sentence


def sentence(reason: NodeReason) -> str:
    """What is so and, when it is stuck, what would free it."""
    if isinstance(reason, PlacementReason):
        return placement_sentence(reason)
    if isinstance(reason, SchedulingReason):
        return scheduling_sentence(reason)
    if isinstance(reason, MissingReason | ExtraReason):
        return missing_sentence(reason)
    if isinstance(reason, PodHealthReason):
        return pod_health_sentence(reason)
    assert_never(reason)


def sentences(reasons: Iterable[NodeReason]) -> str:
    """All of them one after the other, for a screen."""
    return short_paths(" ".join(map(sentence, reasons)))


def cause_sentences(cause: Cause) -> str:
    """Those of a cause that several nodes share, with a word on which node they were taken from."""
    return sentences(cause.reasons) + (details_differ(cause.nodes[0]) if cause.varies else "")


def details_differ(node: str) -> str:
    """What is added to sentences about one node that stand for others too."""
    return f" (As on {node}; details differ on the others.)"
