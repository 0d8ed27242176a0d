"""`kubectl ds describe` holds every line of `kubectl describe ds`."""

import re
import unicodedata

import pytest

from tests.plugin.conftest import Exhibits
from tests.plugin.odd_daemonsets import printable_daemonsets, quiet_daemonsets
from tests.plugin.shell import Said, Shell

QUIET = [one["metadata"]["name"] for one in quiet_daemonsets()]
LOUD = [one["metadata"]["name"] for one in printable_daemonsets() if one["metadata"]["name"] not in QUIET]
STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories of what a terminal obeys, hides or breaks a line at."""
AGE = re.compile(r"\b(?:\d+[smhdy])+\b")


def lines_of(said: Said) -> list[str]:
    """Lines without the ages of events, which tick."""
    lines = said.out.splitlines()
    if "Events:" in lines:
        begin = lines.index("Events:")
        lines[begin:] = [" ".join(AGE.sub("AGE", line).split()) for line in lines[begin:]]
    return lines


@pytest.mark.parametrize("name", QUIET)
def test_all_lines_of_kubectl_are_there_in_their_order(shell: Shell, exhibits: Exhibits, name: str):
    theirs, ours = shell.both("describe", name, "-n", exhibits.namespace)
    assert (theirs.code, ours.code, ours.err) == (0, 0, "")
    rest = iter(lines_of(ours))
    for line in lines_of(theirs):
        assert line in rest, f"missing, or out of order: {line!r}"


@pytest.mark.parametrize("name", LOUD)
def test_what_could_steer_a_terminal_is_spelled_out(shell: Shell, exhibits: Exhibits, name: str):
    """kubectl prints the odd characters as they are; whatever of its lines is harmless is here too."""
    theirs, ours = shell.both("describe", name, "-n", exhibits.namespace)
    assert (ours.code, ours.err) == (0, "")
    assert {unicodedata.category(one) for one in ours.out.replace("\n", "")} & STEERING == set()
    head = theirs.out[: theirs.out.index("\n", theirs.out.index("Selector:"))]
    assert ours.out.startswith(head)


def test_the_events_are_there_too(shell: Shell, exhibits: Exhibits):
    theirs, ours = shell.both("describe", "bare", "-n", exhibits.namespace)
    assert "SuccessfulCreate" in theirs.out
    assert ours.out.count("SuccessfulCreate") == theirs.out.count("SuccessfulCreate")
    theirs, ours = shell.both("describe", "bare", "-n", exhibits.namespace, "--show-events=false")
    assert "SuccessfulCreate" not in theirs.out + ours.out


NAMES = [
    pytest.param((), id="all of a namespace"),
    pytest.param(("bare", "idle", "bare"), id="several, one of them twice"),
    pytest.param(("-l", "tier=node"), id="by label"),
    pytest.param(("-l", "no=such"), id="none by label"),
    pytest.param(("qui",), id="the beginning of names"),
    pytest.param(("bare", "gone", "lost"), id="some that are not there"),
    pytest.param(("gone",), id="one that is not there"),
    pytest.param(("bare", "-A"), id="a name in all namespaces"),
]


@pytest.mark.parametrize("words", NAMES)
def test_the_same_ones_are_described(shell: Shell, exhibits: Exhibits, words: tuple[str, ...]):
    theirs, ours = shell.both("describe", *words, "-n", exhibits.namespace)
    assert names_in(ours) == names_in(theirs)
    assert bool(ours.code) == bool(theirs.code)
    said = theirs.err.splitlines()
    assert ours.err.splitlines()[: len(said)] == said


def names_in(said: Said) -> list[str]:
    return re.findall(r"^Name: +(\S+)$", said.out, re.MULTILINE)
