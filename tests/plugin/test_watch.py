"""`kubectl ds get --watch` beside `kubectl get ds --watch`: what is there, and then each change."""

import re
import secrets
import signal
import time
from collections.abc import Iterator

import pytest

from tests.plugin.conftest import Exhibits
from tests.plugin.shell import Following, Shell, following

PATIENCE = 30.0
"""Seconds until two programs that follow the same thing have to have written the same."""
WATCHED = "on-delete"
"""The exhibit whose annotations change here; all other tests ask for the whole of a moment."""

FORMS = [
    pytest.param(("-o", "json"), id="json"),
    pytest.param(("-o", "yaml"), id="yaml"),
    pytest.param(("-o", "kyaml"), id="kyaml"),
    pytest.param(("-o", "name"), id="name"),
    pytest.param(("-o", "jsonpath={.metadata.name} {.metadata.annotations}{'\\n'}"), id="jsonpath"),
    pytest.param(("-o", "go-template={{.metadata.name}} {{.metadata.annotations}};"), id="Go"),
    pytest.param(("-o", "custom-columns=N:.metadata.name,A:.metadata.annotations.touched"), id="columns"),
    pytest.param(("-o", "json", "--output-watch-events"), id="events in JSON"),
    pytest.param(("-o", "yaml", "--output-watch-events"), id="events in YAML"),
    pytest.param(("-o", "kyaml", "--output-watch-events"), id="events in KYAML"),
    pytest.param(("-o", "name", "--output-watch-events"), id="names of events"),
    pytest.param(
        ("-o", "jsonpath={.type} {.object.metadata.annotations};", "--output-watch-events"),
        id="events in jsonpath",
    ),
    pytest.param(
        ("-o", "custom-columns=T:.type,N:.object.metadata.name", "--output-watch-events"),
        id="events in columns",
    ),
]


class Pair:
    """kubectl and the plugin following the same thing."""

    def __init__(self, shell: Shell, exhibits: Exhibits, theirs: Following, ours: Following) -> None:
        self.theirs, self.ours = theirs, ours
        self._shell, self._exhibits = shell, exhibits

    def until_both_say_the_same(self, before: str) -> str:
        """Wait until both have written more than before, and the same; gives all of it."""
        for one in (self.theirs, self.ours):
            one.wait_for(lambda text: len(text) > len(before))
        deadline = time.monotonic() + PATIENCE
        while (said := self.ours.written) != self.theirs.written and time.monotonic() < deadline:
            time.sleep(0.1)
        assert said == self.theirs.written
        return said

    def touch(self) -> str:
        """Change what is watched; gives the word that the change brings."""
        word = f"t{secrets.token_hex(4)}"
        where = ("-n", self._exhibits.namespace)
        done = self._shell.kubectl("annotate", "ds", WATCHED, f"touched={word}", "--overwrite", *where)
        assert done.code == 0, done.err
        return word


@pytest.fixture
def pair(shell: Shell, exhibits: Exhibits, request: pytest.FixtureRequest) -> Iterator[Pair]:
    words = (*request.param, "-n", exhibits.namespace)
    with (
        following(shell, "kubectl", "get", "ds", *words) as theirs,
        following(shell, "kubectl", "ds", "get", *words) as ours,
    ):
        yield Pair(shell, exhibits, theirs, ours)


@pytest.mark.parametrize(
    "pair", [pytest.param((WATCHED, "-w", *form.values[0]), id=form.id) for form in FORMS], indirect=True
)
def test_one_that_is_there_and_a_change_of_it(pair: Pair):
    there = pair.until_both_say_the_same("")
    pair.touch()
    pair.until_both_say_the_same(there)
    theirs, ours = pair.theirs.stop(), pair.ours.stop()
    assert ours.out == theirs.out
    assert (ours.err, theirs.err) == ("", "")


@pytest.mark.parametrize(
    "pair", [("-w", "-o", "custom-columns=N:.metadata.name,L:.metadata.labels")], indirect=True
)
def test_many_that_are_there_share_their_columns(pair: Pair, exhibits: Exhibits):
    def whole(text: str) -> bool:
        return text.count("\n") > len(exhibits.printable)

    assert pair.ours.wait_for(whole) == pair.theirs.wait_for(whole)


@pytest.mark.parametrize("pair", [(WATCHED, "-w", "--output-watch-events")], indirect=True)
def test_the_table_of_events_begins_as_kubectls(pair: Pair):
    for one in (pair.theirs, pair.ours):
        one.wait_for(lambda text: text.count("\n") == 2)
    pair.touch()
    theirs, ours = (
        [one.split() for one in follower.wait_for(lambda text: text.count("\n") == 3).splitlines()]
        for follower in (pair.theirs, pair.ours)
    )
    assert [row[:7] for row in ours] == [row[:7] for row in theirs]
    assert [row[0] for row in ours] == ["EVENT", "ADDED", "MODIFIED"]


@pytest.mark.parametrize(
    "pair", [(WATCHED, "--watch-only", "-o", "jsonpath={.metadata.annotations.touched};")], indirect=True
)
def test_watch_only_begins_with_the_first_change(pair: Pair):
    seen: set[str] = set()
    words: list[str] = []
    while len(seen) < 2:
        words.append(pair.touch())
        seen = {name for name, one in (("theirs", pair.theirs), ("ours", pair.ours)) if one.written}
    last = pair.touch()
    theirs, ours = (one.wait_for(lambda text: last in text) for one in (pair.theirs, pair.ours))
    for text in (theirs, ours):
        told = text.split(";")[:-1]
        assert told == [*words, last][-len(told) :]


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_without_a_word(shell: Shell, exhibits: Exhibits, signum: int, code: int):
    with following(shell, "kubectl", "ds", "get", "bare", "-w", "-n", exhibits.namespace) as ours:
        ours.wait_for(lambda text: text.count("\n") == 2)
        said = ours.stop(signum)
    assert (said.code, said.err) == (code, "")


def test_a_reader_that_goes_away_ends_it(shell: Shell, exhibits: Exhibits):
    """`| head -1`: the exit code tells a script with pipefail that it was the pipe."""
    line = f"kubectl ds get -n {exhibits.namespace} -o json | head -c 1; echo ${{PIPESTATUS[0]}}"
    said = shell.run("bash", "-c", line)
    assert re.fullmatch(r"\{141\n", said.out), said


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("gone", "-w"), id="a name that is not there"),
        pytest.param(("gone", "-w", "--ignore-not-found"), id="a name that need not be there"),
        pytest.param(("-A", "bare", "-w"), id="a name in all namespaces"),
    ],
)
def test_what_cannot_be_watched_ends_at_once(shell: Shell, exhibits: Exhibits, words: tuple[str, ...]):
    where = ("-n", exhibits.namespace)
    theirs, ours = shell.both("get", *words, *where)
    assert bool(ours.code) == bool(theirs.code)
    assert ours.out == theirs.out == ""
    assert ours.err.startswith(theirs.err)
