"""`audit -o FORMAT` as a whole: one exit code whatever the format, and bytes that every reader can read."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from kubectl_ds.kube.api_server import ApiServer, Fault
from kubectl_ds.output import audit_formats
from kubectl_ds.output.formats import AUDIT_FORMATS
from kubectl_ds.output.valid_unicode import valid_unicode
from tests.audit.cases.missing_pods import FAILING, PASSING
from tests.clusters import NOW, Raw, a_daemonset, a_node, an_event
from tests.kube.faults import forbid, on
from tests.output.audits import HOSTILE_TEXTS, is_plain
from tests.output.readers import READERS
from tests.program import Outcome, kubectl_ds

HOSTILE = (
    "\x1b[2J \ud800 \ufffe ]]> <script> [[ATTACHMENT|/etc/passwd]] {0} | `x` @all\n::error::%0A \u202e日本語"
)
CNI = a_daemonset("cni")
REFUSED = {**an_event(CNI, "FailedCreate", ""), "message": f"Error creating: {HOSTILE}"}

OF_A_FILE = {name: text for name, text in HOSTILE_TEXTS.items() if valid_unicode(text) == text}
OUTPUT = Path(audit_formats.__file__).parent

each_format = pytest.mark.parametrize("name", AUDIT_FORMATS)


def audited(
    objects: Sequence[Raw], *words: str, faults: Sequence[Fault] = (), terminal: bool = False
) -> Outcome:
    with ApiServer(objects, clock=lambda: NOW, faults=faults) as server:
        return kubectl_ds("audit", "--select", "DS001", *words, "--server", server.url, terminal=terminal)


@each_format
@pytest.mark.parametrize(
    ("objects", "words", "code"),
    [
        pytest.param(PASSING, (), 0, id="nothing found"),
        pytest.param(FAILING, (), 1, id="an error"),
        pytest.param(FAILING, ("--fail-on", "none"), 0, id="an error that nobody wants to fail on"),
    ],
)
def test_the_exit_code_is_the_same_in_every_format(
    name: str, objects: Sequence[Raw], words: Sequence[str], code: int
):
    outcome = audited(objects, *words, "-o", name)
    assert (outcome.code, outcome.err) == (code, "")
    assert outcome.out.endswith("\n")


@each_format
@pytest.mark.parametrize(("words", "code"), [((), 3), (("--allow-partial",), 0)], ids=["a gap", "allowed"])
def test_what_could_not_be_read_ends_with_3_in_every_format(name: str, words: Sequence[str], code: int):
    outcome = audited(PASSING, *words, "-o", name, faults=[on("/pods", forbid())])
    assert outcome.code == code
    assert "pods" in outcome.out, "the gap is in the report, not only on standard error"


@each_format
def test_a_pipe_gets_valid_utf_8_whatever_the_cluster_says(name: str):
    with ApiServer([CNI, a_node("n1"), REFUSED], clock=lambda: NOW) as server:
        words = ["audit", "-o", name, "--select=DS001", "--server", server.url]
        done = subprocess.run(
            [sys.executable, "-m", "kubectl_ds", *words],
            env={"KUBECONFIG": "/dev/null", "LC_ALL": "C"},
            capture_output=True,
            check=False,
        )
    text = done.stdout.decode("utf-8")
    assert (done.returncode, done.stderr) == (1, b"")
    assert ("日本語" in text) is (name != "prometheus"), "metrics have no words"
    assert not {"\x1b", "\u202e"} & set(text)
    READERS[name](text)


@each_format
def test_others_read_what_all_rules_have_to_say_of_the_sample(name: str):
    outcome = kubectl_ds("demo", "audit", "-o", name)
    assert outcome.err == ""
    assert READERS[name](outcome.out) is not None
    assert [rule for rule in ("DS001", "DS010", "DS018", "DS031") if rule not in outcome.out] == []


@each_format
@pytest.mark.parametrize("text", OF_A_FILE.values(), ids=OF_A_FILE)
def test_a_dump_may_call_its_objects_whatever_it_likes(name: str, text: str, tmp_path: Path):
    """No API server would; nobody knows where a file comes from."""
    daemonset = a_daemonset("WORDS", namespace="WORDS", containers=[{"name": "WORDS", "image": "WORDS"}])
    items = [daemonset, a_node("WORDS"), a_node("nWORDS"), an_event(daemonset, "FailedCreate", "WORDS")]
    written = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    dump = tmp_path / "dump.json"
    dump.write_text(written.replace("WORDS", json.dumps(text)[1:-1]), encoding="utf-8")
    outcome = kubectl_ds("audit", "--from", str(dump), "-o", name, "--allow-partial")
    assert outcome.code in (0, 1)
    assert READERS[name](outcome.out.encode("utf-8").decode("utf-8")) is not None
    if name != "sarif":
        assert is_plain(outcome.out.replace("\n", ""))


def test_each_format_is_a_module():
    modules = {path.stem.removeprefix("audit_") for path in OUTPUT.glob("audit_*.py")}
    assert set(READERS) == set(AUDIT_FORMATS) <= modules


@each_format
def test_a_terminal_gets_no_control_characters(name: str):
    outcome = audited([CNI, a_node("n1"), REFUSED], "-o", name, terminal=True)
    assert is_plain(outcome.out.replace("\n", ""))


def test_a_format_that_there_is_not_is_refused_with_those_that_there_are():
    outcome = kubectl_ds("audit", "-o", "xml")
    assert outcome.code == 2
    assert "junit" in outcome.err
    assert "sarif" in outcome.err


def test_other_reports_have_none_of_these_formats():
    assert kubectl_ds("coverage", "-o", "sarif").code == 2
