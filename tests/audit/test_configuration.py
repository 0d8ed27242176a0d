"""`.kubectl-ds.yaml`: where it is looked for, what it decides, and how wrong words in it are told."""

import json
import os
from pathlib import Path

import pytest

from kubectl_ds.kube.api_server import ApiServer
from tests.audit.cases.missing_pods import FAILING
from tests.clusters import NOW, a_daemonset, a_node
from tests.program import Outcome, kubectl_ds

# cni lacks pods on n2 and n3 (DS001), and has no requests (DS018) and no memory limit (DS019).
CLUSTER = [*FAILING, a_node("gpu-1", taints=["gpu=yes:NoSchedule"], labels={"pool": "gpu"})]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with no repository around it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def audited(*words: str) -> Outcome:
    with ApiServer(CLUSTER, clock=lambda: NOW) as server:
        return kubectl_ds("audit", *words, "--server", server.url, width=200)


def document(*words: str) -> dict:
    outcome = audited(*words, "-o", "json")
    assert outcome.err == ""
    return json.loads(outcome.out)


def configured(folder: Path, text: str) -> None:
    (folder / ".kubectl-ds.yaml").write_text(text)


# --- where it is looked for ------------------------------------------------------------------------


def test_the_one_of_the_working_folder_is_read_and_named(folder: Path):
    configured(folder, "select: DS018")
    held = document()
    assert (held["rules"], held["configuredBy"]) == (["DS018"], ".kubectl-ds.yaml")
    assert "Configured by .kubectl-ds.yaml." in audited().out


def test_in_a_repository_it_is_looked_for_up_to_its_root(folder: Path, monkeypatch: pytest.MonkeyPatch):
    configured(folder, "select: DS018")
    below = folder / "a" / "b"
    below.mkdir(parents=True)
    (folder / ".git").mkdir()
    monkeypatch.chdir(below)
    assert document()["configuredBy"] == os.path.join("..", "..", ".kubectl-ds.yaml")


def test_the_nearest_one_is_the_only_one(folder: Path, monkeypatch: pytest.MonkeyPatch):
    configured(folder, "select: DS018\nrules: {DS018: info}")
    below = folder / "a"
    below.mkdir()
    (folder / ".git").mkdir()
    configured(below, "select: DS019")
    monkeypatch.chdir(below)
    assert document()["rules"] == ["DS019"]


@pytest.mark.parametrize("root", [None, "repository"])
def test_above_the_root_of_a_repository_or_without_one_nothing_is_looked_for(
    root: str | None, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    configured(folder, "select: DS018")
    below = folder / "repository"
    (below / ".git" if root else below).mkdir(parents=True)
    monkeypatch.chdir(below)
    assert document()["configuredBy"] is None


def test_a_flag_names_another_one_or_none(folder: Path):
    configured(folder, "select: DS018")
    (folder / "other.yaml").write_text("select: DS019")
    assert document("--config", "other.yaml")["rules"] == ["DS019"]
    assert document("--config=")["configuredBy"] is None
    assert document("--config", "")["configuredBy"] is None


def test_one_that_was_named_has_to_be_there(folder: Path):
    outcome = audited("--config", "gone.yaml")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "error: gone.yaml cannot be read: No such file or directory\n"


# --- what it decides -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words", "rules"),
    [
        pytest.param("select: [DS018, missing-pods]", (), ["DS001", "DS018"], id="select"),
        pytest.param("select: [DS018, DS001]\nignore: ds001", (), ["DS018"], id="ignore"),
        pytest.param("select: [DS018, DS001]\nrules: {DS001: off}", (), ["DS018"], id="a rule that is off"),
        pytest.param("select: DS018\nignore: DS001\nrules: {DS019: off}", ("--select", "DS001,DS019"), ["DS001", "DS019"], id="--select alone says it all"),
        pytest.param("select: [DS018, DS019]\nignore: DS018", ("--ignore", "DS019"), ["DS018"], id="--ignore in place of ignore"),
        pytest.param("select: [DS018, DS019]\nrules: {DS018: off}", ("--ignore", "DS001"), ["DS019"], id="--ignore does not switch rules on"),
    ],
)  # fmt: skip
def test_which_rules_are_applied(folder: Path, text: str, words: tuple[str, ...], rules: list[str]):
    configured(folder, text)
    assert document(*words)["rules"] == rules


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        pytest.param("", (), 1, id="an error fails by itself"),
        pytest.param("failOn: none", (), 0, id="the file says otherwise"),
        pytest.param("failOn: none", ("--fail-on", "error"), 1, id="a flag comes first"),
        pytest.param("rules: {DS001: info}", (), 0, id="no error any more"),
        pytest.param("rules: {missing-pods: warning}\nfailOn: warning", (), 1, id="as bad as asked"),
    ],
)
def test_what_fails(folder: Path, text: str, words: tuple[str, ...], code: int):
    configured(folder, text)
    assert audited("--select", "DS001", *words).code == code


def test_requirements_of_the_file_and_of_flags_are_held_together(folder: Path):
    configured(folder, "select: DS034\nrequirements: [{daemonSet: kube-system/cni, nodes: pool=gpu}]")
    subjects = [one["subject"] for one in document("--require", "kube-system/cni:pool=typo")["findings"]]
    assert subjects == ["pool=gpu", "pool=typo"]


def test_requirements_of_other_namespaces_do_not_matter_to_one(folder: Path):
    configured(folder, "select: DS034\nrequirements: [{daemonSet: security/agent}]")
    assert document("-n", "kube-system")["findings"] == []
    assert "no DaemonSet agent in the namespace security" in " ".join(audited("-n", "security").out.split())


def test_a_bound_is_kept(folder: Path):
    configured(folder, "select: DS025\nbounds: {rolloutRounds: 1}")
    many = [a_daemonset("cni"), *(a_node(f"n{number}") for number in range(9))]
    with ApiServer(many, clock=lambda: NOW) as server:
        words = ("audit", "-o", "json", "--server", server.url)
        assert json.loads(kubectl_ds(*words).out)["findings"]
        assert not json.loads(kubectl_ds(*words, "--config=", "--select=DS025").out)["findings"]


def test_an_exception_is_counted_listed_and_told(folder: Path):
    configured(
        folder,
        """
select: DS001
exceptions:
- rules: missing-*
  namespace: kube-*
  nodes: kubernetes.io/hostname=n2
  reason: n2 is being built
  expires: 2026-09-30
""",
    )
    held = document()
    assert held["summary"] == {"error": 1, "warning": 0, "info": 0, "known": 0, "excepted": 1}
    assert held["findings"][0]["nodes"] == ["n3"]
    assert held["findings"][0]["exceptedNodes"] == ["n2"]
    assert held["excepted"][0]["exception"]["reason"] == "n2 is being built"
    text = audited().out
    assert "DS001 of kube-system/cni, 1 node: n2 is being built. Until 2026-09-30." in text
    assert "Of all these nodes 1 is excepted." in " ".join(text.split())
    assert "Besides, 1 excepted." in text


def test_many_findings_of_one_exception_are_told_as_one_unless_wide(folder: Path):
    configured(folder, "select: DS018\nexceptions: [{rules: DS018, reason: small ones}]")
    many = [a_daemonset(f"agent-{number}") for number in range(6)]
    with ApiServer(many, clock=lambda: NOW) as server:
        words = ("audit", "--server", server.url)
        assert "    6 findings of DS018: small ones.\n" in kubectl_ds(*words).out
        assert kubectl_ds(*words, "-o", "wide").out.count("DS018 of kube-system/agent-") == 6


def test_an_exception_that_expired_is_told_and_excepts_nothing(folder: Path):
    configured(
        folder, "select: DS001\nexceptions: [{rules: DS001, reason: for a while, expires: 2026-08-31}]"
    )
    outcome = audited()
    assert outcome.code == 1
    assert "The exception for DS001 of */* expired on 2026-08-31: for a while." in outcome.out
    assert document()["expired"][0]["expires"] == "2026-08-31"


# --- what is wrong with it -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("exeptions: []", '1:1: there is no key "exeptions"\n  did you mean "exceptions"?'),
        ("\nexceptions:\n- rules: DS001\n  reason: x\n  until: a\n", '5:3: exceptions[0]: there is no key "until"\n  there are rules, reason, namespace, name, nodes, expires'),
        ("exceptions:\n- rules: DS001\n", '2:3: exceptions[0]: the key "reason" is missing'),
        ("exceptions:\n- rules: DS001\n  reason: '  '", "3:11: exceptions[0].reason: this is empty"),
        ("exceptions:\n- {rules: DS001, reason: x, expires: tomorrow}", "2:38: exceptions[0].expires: this is no date\n  write YEAR-MONTH-DAY, such as 2027-03-31"),
        ("exceptions: [{rules: DS999, reason: x}]", "1:22: exceptions[0].rules[0]: unknown rule 'DS999'"),
        ("exceptions: [{rules: [DS001, missing-pod], reason: x}]", "1:30: exceptions[0].rules[1]: unknown rule 'missing-pod'\n  did you mean DS001?"),
        ("exceptions: [{rules: [], reason: x}]", '1:22: exceptions[0].rules: this names no rule\n  "*" is every rule'),
        ("exceptions: [{rules: DS001, reason: x, nodes: 'a in b'}]", "1:47: exceptions[0].nodes: unable to parse the label selector 'a in b'"),
        ("failOn: warn", '1:9: failOn: "warn" is not one of error, info, warning, none\n  did you mean "warning"?'),
        ("rules:\n  DS001: off\n  DS002: sometimes", '3:10: rules.DS002: "sometimes" is not one of error, info, off, on, warning'),
        ("rules:\n  DS001: off\n  no-such: off", "3:3: rules.no-such: unknown rule 'no-such'"),
        ("rules:\n  DS001: off\n  missing-pods: info", "3:3: rules.missing-pods: this is DS001, which has been set already"),
        ("rules: off", "1:8: rules: expected keys with values, got true or false"),
        ("bounds: {overheadShare: 25}", "1:25: bounds.overheadShare: expected at most 1.0"),
        ("requirements: [{daemonSet: agent}]", "1:28: requirements[0].daemonSet: a DaemonSet is named NAMESPACE/NAME, not 'agent'"),
        ("requirements: [{daemonSet: a/b, nodes: '=='}]", "1:40: requirements[0].nodes: unable to parse the label selector '=='"),
        ("select: [DS001, missing-podz]", "1:17: select[1]: unknown rule 'missing-podz'\n  did you mean DS001?"),
        ("select: DS001\nselect: DS002", "2:1: the key 'select' is here for the second time"),
        ("select: [DS001\nfailOn: error", "2:7: while parsing a flow sequence, did not find expected ',' or ']'"),
        ("a: &x [1]\nb: *x", "2:4: *x is an alias; write out what it stands for"),
        ("rules: !!python/object/apply:os.system [ls]", "1:8: the tag tag:yaml.org,2002:python/object/apply:os.system is not read"),
        ("--- \nfailOn: error\n---\nfailOn: none", "3:1: a second document begins here; one is read"),
        ("- failOn: error", "1:1: expected keys with values, got a list"),
        ("[" * 5000, "1:31: this is nested deeper than 30 levels"),
        ("? [a]\n: b", "1:3: a key is a text"),
        ("'x` - at `$.rules[...]': 1", "1:1: there is no key \"x` - at `$.rules[...]\""),
        ("failOn: 'x - at `$.rules[...]`'", "1:9: failOn: \"x - at `$.rules[...]`\" is not one of"),
        ("rules: {DS001: 'x` - at `$.failOn`'}", "1:16: rules.DS001: \"x` - at `$.failOn`\" is not one of"),
        ("failOn: " + "9" * 5000, "1:9: this number cannot be read"),
    ],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_what_is_wrong_is_told_with_line_and_column(folder: Path, text: str, told: str):
    configured(folder, text)
    outcome = audited()
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"error: .kubectl-ds.yaml:{told}"), outcome.err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"failOn: none\n\xff\xfe", ".kubectl-ds.yaml:2:1: this is no UTF-8"),
        (b"failOn: \x00", ".kubectl-ds.yaml: "),
        (b"#" * (2**20 + 1), ".kubectl-ds.yaml is larger than 1,048,576 bytes, and is not read"),
    ],
    ids=["no UTF-8", "control characters", "too large"],
)
def test_what_cannot_be_read_at_all_is_refused(folder: Path, content: bytes, told: str):
    (folder / ".kubectl-ds.yaml").write_bytes(content)
    outcome = audited()
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"error: {told}"), outcome.err


def test_a_bomb_of_aliases_is_refused_where_the_first_one_is(folder: Path):
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 20)}]" for n in range(1, 20)]
    configured(folder, "\n".join(lines))
    assert "2:" in audited().err


def test_what_stands_in_it_reaches_a_terminal_without_control_characters(folder: Path):
    configured(folder, '"\\e[2Jx": 1')
    assert "\x1b" not in audited().err


def test_a_working_folder_that_is_gone_holds_none(folder: Path, monkeypatch: pytest.MonkeyPatch):
    gone = folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert document("--select", "DS018")["configuredBy"] is None


def test_no_rule_at_all_is_no_audit(folder: Path):
    configured(folder, "select: DS001\nrules: {DS001: off}")
    outcome = audited()
    assert (outcome.code, outcome.out) == (2, "")
    assert "no rule is left" in outcome.err


# --- explaining ------------------------------------------------------------------------------------


def test_a_rule_is_explained_without_a_cluster():
    outcome = kubectl_ds("audit", "--explain", "missing-pods", width=80)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("DS001 missing-pods  error\n")
    for title in ("Why it matters", "How to mend it"):
        assert f"\n{title}\n" in outcome.out


def test_all_rules_are_listed():
    from kubectl_ds.core.audit_rules import RULES

    lines = kubectl_ds("audit", "--explain=all").out.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == [rule.id for rule in RULES]


def test_a_rule_that_there_is_not_is_not_explained():
    outcome = kubectl_ds("audit", "--explain", "DS0001")
    assert (outcome.code, outcome.out) == (2, "")
    assert "did you mean DS001?" in outcome.err
