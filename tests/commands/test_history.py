"""`history`: one revision, the difference of two, another differ, and revisions that are not there."""

import copy
import json
import sys

import pytest

from kubectl_ds.kube.api_server import ApiServer
from tests.clusters import OLD_HASH, a_daemonset, a_node, a_pod, a_revision
from tests.program import kubectl_ds
from tests.schema.validation import assert_valid

CNI = a_daemonset("cni")
OLD = copy.deepcopy(CNI["spec"]["template"])
OLD["spec"]["containers"][0]["image"] = "registry.example/main:0.9\x1b[2J\u202e"
CLUSTER = [
    CNI,
    a_node("n1"),
    a_node("n2"),
    a_revision(CNI, 2, revision_hash=OLD_HASH, template=OLD),
    a_revision(CNI, 3),
    a_pod(CNI, "n1"),
    a_pod(CNI, "n2", revision_hash=OLD_HASH),
]


def history(*words, cluster=CLUSTER, **how):
    with ApiServer(cluster) as server:
        return kubectl_ds("history", "cni", *words, "-n", "kube-system", "--server", server.url, **how)


def test_the_table_names_the_nodes_that_are_behind():
    outcome = history()
    assert outcome.code == 0
    assert "2 revisions; 3 is current, on 1 node" in outcome.out
    assert outcome.out.endswith("Still on revision 2: n2\n")


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        pytest.param((), [3, 2], id="all of them, the newest first"),
        pytest.param(("--revision", "2"), [2], id="one"),
        pytest.param(("--revision", "0"), [3, 2], id="0 is no number, as kubectl has it"),
        pytest.param(("--diff", "2..3"), [2, 3], id="both ends of a diff"),
        pytest.param(("--diff", "2.."), [2, 3], id="a right end left out is the current one"),
        pytest.param(("--diff", "..2"), [3, 2], id="a left end left out is the current one"),
    ],
)
def test_the_document_holds_the_revisions_asked_for(words, numbers):
    document = assert_valid(json.loads(history(*words, "-o", "json").out))
    assert [one["revision"] for one in document["revisions"]] == numbers


def test_the_diff_is_unified_and_safe_for_a_terminal():
    outcome = history("--diff", "2..3")
    lines = outcome.out.splitlines()
    assert lines[:2] == ["--- revision 2", "+++ revision 3"]
    assert "+    - image: registry.example/main:1.0" in lines
    assert all(line.isprintable() for line in lines)


def test_the_diff_of_a_revision_with_itself_is_empty():
    assert history("--diff", "3..3") == (0, "", "")


def test_colour_is_put_on_what_came_and_what_went():
    out = history("--diff", "2..3", "--color=always").out
    assert "\x1b[32m+    - image: registry.example/main:1.0\x1b[0m" in out
    assert "\x1b[31m-    - image:" in out


SHOW = "import os,sys; print(sys.argv[1:-2], *(sorted(os.listdir(side)) for side in sys.argv[-2:])); sys.exit({code})"


def differ(tmp_path, code):
    script = tmp_path / "differ"
    script.write_text(f"#!{sys.executable}\n{SHOW.format(code=code)}\n")
    script.chmod(0o755)
    return {"KUBECTL_EXTERNAL_DIFF": f"{script} -u --color=always ;rm"}


def test_kubectls_own_differ_is_called_as_kubectl_calls_it(tmp_path):
    outcome = history("--diff", "2..3", variables=differ(tmp_path, 1))
    name = "apps.v1.DaemonSet.kube-system.cni"
    assert (outcome.code, outcome.out) == (0, f"['-u', '--color=always'] ['{name}'] ['{name}']\n")


def test_a_differ_that_fails_is_named(tmp_path):
    outcome = history("--diff", "2..3", variables=differ(tmp_path, 2))
    assert outcome.code == 3
    assert "KUBECTL_EXTERNAL_DIFF" in outcome.err
    assert "exit code 2" in outcome.err


def test_a_differ_that_is_not_there_is_named():
    outcome = history("--diff", "2..3", variables={"KUBECTL_EXTERNAL_DIFF": "/nowhere/differ"})
    assert outcome.code == 3
    assert "unset it" in outcome.err


def test_a_terminal_gets_the_templates_made_safe_before_the_differ_sees_them(tmp_path):
    script = tmp_path / "differ"
    script.write_text(
        f"#!{sys.executable}\nimport glob; print(*(open(p).read() for p in glob.glob('*/*')))\n"
    )
    script.chmod(0o755)
    outcome = history("--diff", "2..3", variables={"KUBECTL_EXTERNAL_DIFF": str(script)}, terminal=True)
    assert all(line.isprintable() for line in outcome.out.splitlines())
    assert "main:1.0" in outcome.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(("--revision", "7"), 3, "it has 2, 3", id="a revision that is not there"),
        pytest.param(("--diff", "7..3"), 3, "no revision 7", id="an end of a diff that is not there"),
        pytest.param(("--diff", "2"), 2, "--diff 6..7", id="one end is no diff"),
        pytest.param(("--diff", ".."), 2, "--diff 6..7", id="no end is no diff"),
        pytest.param(("--diff", "a..b"), 2, "--diff 6..7", id="words are no revisions"),
        pytest.param(("--diff", "2..3", "--revision", "2"), 2, "exclude each other", id="diff and revision"),
        pytest.param(("--revision", "-1"), 2, "--revision", id="a negative number"),
    ],
)
def test_what_cannot_be_answered_says_what_can(words, code, said):
    outcome = history(*words)
    assert outcome.code == code
    assert said in outcome.err
    assert outcome.out == ""


def test_a_daemonset_without_revisions_says_kubectls_words():
    outcome = history(cluster=[CNI, a_node("n1")])
    assert (outcome.code, outcome.out) == (0, "ds kube-system/cni  no rollout history found\n")
