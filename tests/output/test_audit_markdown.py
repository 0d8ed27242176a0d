"""`audit -o markdown`, as a parser of GitHub's Markdown reads it."""

from itertools import pairwise

import pytest
from msgspec.structs import replace

from kubectl_ds.core.audit_report import AuditReport
from kubectl_ds.output.audit_formats import audit_in_format
from kubectl_ds.output.markdown import code, prose
from tests.output.audits import (
    AUDIT,
    CAUSED,
    DECIDED,
    FINDING,
    HOSTILE_TEXTS,
    INCOMPLETE,
    NOTHING_FOUND,
    hostile,
    is_plain,
)
from tests.output.readers import MARKDOWN, read_markdown


def markdown(report: AuditReport) -> str:
    return audit_in_format(report, "markdown", "error").encode("utf-8").decode("utf-8")


def shape(text: str) -> list[str]:
    """The blocks, in order."""
    return [
        token.tag or token.type
        for token in MARKDOWN.parse(text)
        if token.nesting == 1 or token.type == "fence"
    ]


def rows(report: AuditReport) -> list[list[str]]:
    """The cells of the table, as they were written."""
    parsed = MARKDOWN.parse(markdown(report))
    cells: list[list[str]] = []
    for before, token in pairwise(parsed):
        if before.type == "tr_open":
            cells.append([])
        if before.type in ("th_open", "td_open"):
            cells[-1].append(token.content)
    return cells


def test_a_table_shows_all_findings_the_worst_first():
    assert rows(AUDIT) == [
        ["Level", "Rule", "DaemonSet", "Nodes"],
        ["error", "DS001 missing-pods", "`kube-system/cni`", "2"],
        ["warning", "DS001 missing-pods", "`kube-system/log-agent`", ""],
        ["info", "DS001 missing-pods", "`edge/probe.v2`", "2"],
        ["info", "DS001 missing-pods", "`edge/probe.v2`", "2"],
    ]


def test_names_that_look_like_numbers_stay_names():
    assert (
        rows(replace(AUDIT, findings=(replace(FINDING, namespace="1e5", name="007"),)))[1][2] == "`1e5/007`"
    )


def test_a_section_is_a_rule_with_all_that_it_found():
    assert markdown(AUDIT).count("\n### ") == 3
    assert (
        "### error: DS001 missing-pods\n\n"
        "**`kube-system/cni`**: 2 of the 3 nodes where it belongs have no pod of it.\n\n"
        "Nodes: `n2`, `n10`\n\n"
        "Mend: Look with `kubectl ds coverage cni -n kube-system`.\n\n"
        """```sh\nkubectl patch ds cni -n kube-system --type=merge -p '{"spec":{"minReadySeconds":5}}'\n```\n"""
    ) in markdown(AUDIT)


def test_what_mends_all_of_a_rule_is_told_once():
    _, _, notes = markdown(AUDIT).partition("### info: DS001")
    assert notes.count("**`edge/probe.v2`**") == 2
    assert notes.count("Mend, and those alike: Look with") == notes.count("Mend") == 1


def test_each_cause_stands_with_its_nodes():
    told = markdown(replace(AUDIT, findings=(CAUSED,)))
    assert "have no pod of it.\n\n- The selector is empty" in told
    assert "as the selector. `n2`\n- The controller will delete the pod. `n10`\n\nMend" in told


def test_many_nodes_are_counted():
    many = replace(FINDING, nodes=tuple(f"n{number}" for number in range(5000)))
    text = markdown(replace(AUDIT, findings=(many,)))
    assert "`n49` and 4950 more\n" in text
    assert "| 5000 " in text


def test_gaps_stand_above_the_findings():
    text = markdown(INCOMPLETE)
    assert text.index("> **Not known:** pods is forbidden") < text.index("### error: DS001")


def test_what_was_decided_stands_below_the_findings():
    text = markdown(DECIDED)
    assert "> The exception for DS001 of gpu/\\* expired on 2026-08-31: Edge sleeps at night.\n" in text
    assert text.index("### error: DS001") < text.index(
        "### Excepted\n\n- DS001 of edge/probe.v2 (a), 2 nodes: Edge sleeps"
    )
    assert (
        "### Gone\n\n- DS001 of kube-system/kube-proxy, 1 node: in the baseline, and not found any more.\n"
        in text
    )


def test_nothing_found_is_a_heading_and_a_sentence():
    assert markdown(NOTHING_FOUND) == "## Audit of DaemonSets\n\nNothing found in 4 DaemonSets, by 1 rule.\n"


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_no_text_of_a_cluster_breaks_it(text: str):
    told = markdown(hostile(text))
    assert read_markdown(told)
    assert shape(told) == shape(markdown(hostile("harmless")))
    assert is_plain(told.replace("\n", ""))


PLAIN_TEXTS = {name: text for name, text in HOSTILE_TEXTS.items() if text and is_plain(text)}


def read(written: str) -> str:
    return "".join(token.content for token in read_markdown(written) if token.type in ("text", "code_inline"))


@pytest.mark.parametrize("text", PLAIN_TEXTS.values(), ids=PLAIN_TEXTS)
def test_what_is_read_is_what_was_said(text: str):
    assert read(code(text)) == text
    # Backticks are the program's own way to say what is code.
    assert read(f"So: {prose(text)}").replace("`", "") == f"So: {text}".replace("`", "")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("All is well.", "All is well.", id="plain words stay as they are"),
        pytest.param("run `kubectl get ds`.", "run `kubectl get ds`.", id="our own code stays code"),
        pytest.param("thanks @octocat!", "thanks `@octocat!`", id="a mention"),
        pytest.param("(@org/team)", "`(@org/team)`", id="a mention of a team"),
        pytest.param("see #12", "see `#12`", id="an issue"),
        pytest.param("see org/repo#12", "see org/repo#12", id="a reference within a word"),
        pytest.param("at https://x.example/", "at `https://x.example/`", id="an address"),
        pytest.param("at www.x.example", "at `www.x.example`", id="an address without a scheme"),
        pytest.param("a@x.example", "`a@x.example`", id="a mail address, or an image with its digest"),
        pytest.param("*a* _b_ <i>", r"\*a\* \_b\_ &lt;i&gt;", id="syntax"),
        pytest.param("a | b", "a &#124; b", id="a bar, which a table would take for its own"),
        pytest.param("50% of 3", "50% of 3", id="a share"),
    ],
)
def test_words_are_written_so_that_they_say_just_these_words(text: str, written: str):
    assert prose(text) == written
