"""The whole table of exit codes: --fail-on × how bad × what could not be read × what becomes of the finding.

0 and 1 are verdicts on everything; whoever did not see everything gets 3, unless --allow-partial says that it may be.
"""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from kubectl_ds.kube.api_server import ApiServer
from tests.audit.cases.missing_pods import FAILING, PASSING
from tests.clusters import NOW, Raw
from tests.kube.faults import forbid, on
from tests.program import Outcome, kubectl_ds

# From the worst on. What is found is DS001 of cni on n2 and n3.
LEVELS = ("error", "warning", "info")
FAIL_ON = (*LEVELS, "none")
FOUND = (*LEVELS, "nothing")
READ = ("everything", "a part", "a part, and that is allowed")
STANDS = (
    "as it is",
    "excepted",
    "excepted until yesterday",
    "excepted on one node",
    "known",
    "known on one node",
)
COUNTS = {"as it is": True, "excepted": False, "excepted until yesterday": True, "excepted on one node": True, "known": False, "known on one node": True}  # fmt: skip

EXCEPTIONS = {
    "excepted": {},
    "excepted until yesterday": {"expires": "2026-08-31"},
    "excepted on one node": {"nodes": "kubernetes.io/hostname=n2"},
}
KNOWN = {"known": ["n2", "n3"], "known on one node": ["n2"]}


def table() -> Iterator[object]:
    for fail_on, found, read, stands in product(FAIL_ON, FOUND, READ, STANDS):
        if read == "a part":
            code = 3
        else:
            as_bad = FOUND.index(found) <= FAIL_ON.index(fail_on) and fail_on != "none" and found != "nothing"
            code = int(as_bad and COUNTS[stands])
        yield pytest.param(
            fail_on,
            found,
            read,
            stands,
            code,
            id=f"fails on {fail_on}: {found}, {stands}; read {read}: {code}",
        )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[tuple[bool, bool], str]]:
    """By whether there is something to find, and whether everything can be read. Of events DS001 says nothing."""
    # Without limit ranges the finding stays what it is, and other things could not be judged.
    faults = [on("/limitranges", forbid())]
    with (
        ApiServer(FAILING, clock=lambda: NOW) as failing,
        ApiServer(PASSING, clock=lambda: NOW) as passing,
        ApiServer(FAILING, clock=lambda: NOW, faults=faults) as partly_failing,
        ApiServer(PASSING, clock=lambda: NOW, faults=faults) as partly_passing,
    ):
        yield {
            (True, True): failing.url,
            (False, True): passing.url,
            (True, False): partly_failing.url,
            (False, False): partly_passing.url,
        }


@pytest.mark.parametrize(("fail_on", "found", "read", "stands", "code"), list(table()))
def test_the_exit_code(
    fail_on: str, found: str, read: str, stands: str, code: int, folder: Path, servers: dict[tuple[bool, bool], str]
):  # fmt: skip
    level = "error" if found == "nothing" else found
    configuration: Raw = {"select": "DS001", "rules": {"DS001": level}}
    if stands in EXCEPTIONS:
        configuration["exceptions"] = [{"rules": "DS001", "reason": "we know", **EXCEPTIONS[stands]}]
    (folder / ".kubectl-ds.yaml").write_text(json.dumps(configuration))
    words = ["--fail-on", fail_on, "--server", servers[found != "nothing", read == "everything"]]
    if stands in KNOWN:
        entry = {"rule": "DS001", "namespace": "kube-system", "name": "cni", "nodes": KNOWN[stands]}
        (folder / "known.json").write_text(json.dumps({"findings": [entry]}))
        words += ["--baseline", "known.json"]
    if read == "a part, and that is allowed":
        words.append("--allow-partial")
    assert kubectl_ds("audit", *words).code == code


# --- the baseline, from one run to the next ---------------------------------------------------------


def audited(objects: list[Raw], *words: str, faults: tuple[object, ...] = ()) -> Outcome:
    with ApiServer(objects, clock=lambda: NOW, faults=faults) as server:
        return kubectl_ds("audit", "--select", "DS001", *words, "--server", server.url, width=200)


def test_a_baseline_is_written_and_only_what_is_new_fails_from_then_on(folder: Path):
    words = ("--baseline", "known.json")
    written = audited(FAILING, *words, "--write-baseline")
    assert (written.code, written.err) == (0, "wrote known.json: 1 finding\n")
    assert "Nothing new in 1 DaemonSet, by 1 rule. Besides, 1 known to the baseline." in written.out
    assert audited(FAILING, *words).code == 0
    grown = audited([one for one in FAILING if one["kind"] != "Pod"], *words)
    assert grown.code == 1
    assert "\n    n1\n" in grown.out
    assert "Of all these nodes 2 are in the baseline." in grown.out


def test_what_is_fixed_is_told_until_it_is_taken_out(folder: Path):
    words = ("--baseline", "known.json")
    audited(FAILING, *words, "--write-baseline")
    fixed = audited(PASSING, *words)
    assert fixed.code == 0
    assert "DS001 of kube-system/cni, 2 nodes: in the baseline, and not found any more." in fixed.out
    audited(PASSING, *words, "--write-baseline")
    assert json.loads((folder / "known.json").read_text())["findings"] == []
    assert "not found any more" not in audited(PASSING, *words).out


def test_a_look_at_one_namespace_neither_ends_nor_loses_what_is_known_of_others(folder: Path):
    words = ("--baseline", "known.json")
    audited(FAILING, *words, "--write-baseline")
    before = (folder / "known.json").read_text()
    elsewhere = audited(FAILING, *words, "-n", "default", "--write-baseline")
    assert "not found any more" not in elsewhere.out
    assert (folder / "known.json").read_text() == before


def test_of_a_cluster_that_was_not_read_in_full_no_baseline_is_written(folder: Path):
    words = ("--baseline", "known.json", "--write-baseline")
    faults = (on("/pods", forbid()),)
    partial = audited(FAILING, *words, faults=faults)
    assert partial.code == 3
    assert "known.json was not written: not everything could be read" in partial.err
    assert not (folder / "known.json").exists()
    assert audited(FAILING, *words, "--allow-partial", faults=faults).code == 0
    assert json.loads((folder / "known.json").read_text())["findings"] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--write-baseline",), "--write-baseline does not say where to"),
        (("--baseline", "gone.json"), "there is no baseline gone.json"),
        (("--baseline", "."), ". cannot be read"),
        (("--baseline", "no/folder/known.json", "--write-baseline"), "the baseline no/folder/known.json cannot be written"),
    ],
    ids=lambda part: part if isinstance(part, str) else " ".join(part),
)  # fmt: skip
def test_a_baseline_that_cannot_be_is_refused(folder: Path, words: tuple[str, ...], told: str):
    outcome = audited(PASSING, *words)
    assert outcome.code == 2
    assert told in outcome.err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[1, 2", "known.json:"),
        (b'{"findings": [{"rule": "DS001"}]}', 'known.json:1:15: findings[0]: the key "'),
        (b'{"findings": [], "findings": []}', "known.json:1:18: the key 'findings' is here for the second time"),
        (b'{"findings": [], "fixed": 1}', 'known.json:1:18: there is no key "fixed"'),
        (b'{"kind": "AuditReport"}', 'known.json:1:10: kind: "AuditReport" is not one of AuditBaseline'),
        (b"[" * 100_000, "known.json:1:31: this is nested deeper than 30 levels"),
        (b'{"findings": [{"rule": "\\ud800", "namespace": "a", "name": "b"}]}', "known.json:1:27: "),
        (b"\xff\xfe\x00", "known.json:1:1: this is no UTF-8"),
        (b" " * (32 * 2**20 + 1), "known.json is larger than 33,554,432 bytes"),
        (b'{"findings": [' + b'{"rule": 1},' * 300_000 + b"{}]}", "known.json is no baseline: "),
    ],
    ids=["cut short", "a key missing", "a key twice", "a key too many", "another kind", "nested without end", "half a character", "no text", "huge", "large and wrong"],
)  # fmt: skip
def test_a_hostile_baseline_is_refused(folder: Path, content: bytes, told: str):
    (folder / "known.json").write_bytes(content)
    outcome = audited(PASSING, "--baseline", "known.json")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"error: {told}"), outcome.err


def test_an_empty_file_knows_nothing(folder: Path):
    (folder / "known.json").write_bytes(b"")
    assert audited(FAILING, "--baseline", "known.json").code == 1


@pytest.mark.parametrize("form", ["json", "yaml", "wide", "sarif", "junit", "markdown", "html"])
def test_what_a_baseline_holds_breaks_no_format(folder: Path, form: str):
    hostile = "\x1b[2J </script> ` |"
    entry = {"rule": hostile, "namespace": hostile, "name": hostile, "nodes": [hostile]}
    found = {**entry, "rule": "DS001"}
    (folder / "known.json").write_text(json.dumps({"findings": [entry, found]}))
    outcome = audited(PASSING, "--baseline", "known.json", "-o", form)
    assert (outcome.code, outcome.err) == (0, "")
    outcome.out.encode("utf-8")
    assert "\x1b" not in outcome.out
