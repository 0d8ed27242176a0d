"""Every reason code that a script may meet: documented, and spelled as the documentation spells it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from kubectl_ds.core import creation_failures
from kubectl_ds.core.coverage_reasons import NodeReason
from kubectl_ds.core.coverage_report import STATES
from kubectl_ds.core.creation_failures import CreationFailed
from kubectl_ds.core.missing import PodFailed
from kubectl_ds.core.pod_health_reasons import (
    ContainerTerminated,
    ContainerWaiting,
    KubeletEvent,
    PodConditionFalse,
    PodStatusReason,
    ProbeFailing,
)
from kubectl_ds.core.reason import Fact
from kubectl_ds.core.scheduling import HostPortsTaken, InsufficientResource
from tests.kube.test_sample import CODES_OF_THE_INTERFACE

DOCUMENT = (Path(__file__).parents[2] / "docs" / "coverage.md").read_text(encoding="utf-8")
DOCUMENTED = frozenset(re.findall(r"`([A-Za-z]+)`", DOCUMENT))

SPELLED_BY_OTHERS = (
    ContainerWaiting,
    ContainerTerminated,
    KubeletEvent,
    PodConditionFalse,
    PodFailed,
    PodStatusReason,
)
"""Their codes are Kubernetes' own words, or a provider's: no list of them is ever whole."""
COMPUTED: dict[type, set[str]] = {
    CreationFailed: {"FailedCreate", *creation_failures._CODES.values()},
    ProbeFailing: {"StartupProbeFailing", "ReadinessProbeFailing"},
    InsufficientResource: {
        "InsufficientCPU",
        "InsufficientMemory",
        "InsufficientEphemeralStorage",
        "InsufficientResource",
    },
    HostPortsTaken: {"HostPortConflict"},
}


def codes_of_the_program() -> Iterator[tuple[type, str]]:
    for reason in get_args(NodeReason):
        if reason in SPELLED_BY_OTHERS:
            continue
        if not issubclass(reason, Fact):
            yield reason, reason.__name__
        elif isinstance(reason.__dict__.get("code"), str):
            yield reason, reason.code
        else:
            yield from ((reason, code) for code in sorted(COMPUTED[reason]))


@pytest.mark.parametrize(
    "code", sorted({code for _, code in codes_of_the_program()} | set(CODES_OF_THE_INTERFACE))
)
def test_every_code_is_documented(code: str) -> None:
    assert code in DOCUMENTED


@pytest.mark.parametrize("word", [*STATES, "duplicate", "outdated", "orphaned", "heals", "stuck", "unknown"])
def test_every_state_flag_and_outlook_is_documented(word: str) -> None:
    assert word in DOCUMENTED


def test_no_code_is_documented_that_nothing_produces() -> None:
    """The table of codes, against the classes; words that are Kubernetes' own are listed here."""
    table = DOCUMENT[DOCUMENT.index("| state | codes |") : DOCUMENT.index("What takes room")]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    told = set(re.findall(r"`([A-Z][A-Za-z]+)`", " ".join(rows)))
    own = {code for _, code in codes_of_the_program()}
    assert told - own == {"Failed", "NotReady", "PodStatus"}
