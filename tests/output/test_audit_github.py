"""`audit -o github`: read as the runner of GitHub Actions reads a line of a log."""

import pytest

from kubectl_ds.core.audit_report import AuditReport
from kubectl_ds.output.audit_formats import audit_in_format
from tests.output.audits import AUDIT, DECIDED, HOSTILE_TEXTS, INCOMPLETE, NOTHING_FOUND, hostile, is_plain
from tests.output.readers import read_github


def annotations(report: AuditReport) -> list[tuple[str, str, str]]:
    return read_github(audit_in_format(report, "github", "error"))


def test_levels_are_those_of_the_runner():
    assert [name for name, _, _ in annotations(AUDIT)] == ["error", "warning", "notice", "notice"]


def test_an_annotation_says_what_where_and_how_to_mend_it():
    assert annotations(AUDIT)[0] == (
        "error",
        "DS001 missing-pods kube-system/cni",
        "2 of the 3 nodes where it belongs have no pod of it.\n"
        "Nodes: n2, n10\n"
        "Mend: Look with `kubectl ds coverage cni -n kube-system`.\n"
        """kubectl patch ds cni -n kube-system --type=merge -p '{"spec":{"minReadySeconds":5}}'""",
    )


def test_gaps_come_first_and_are_errors():
    (name, title, message), *_ = annotations(INCOMPLETE)
    assert (name, title) == ("error", "kubectl ds audit: incomplete")
    assert message == "pods is forbidden: User cannot list resource."


def test_what_is_known_or_excepted_is_no_annotation_and_an_exception_that_expired_is_one():
    assert [(name, title) for name, title, _ in annotations(DECIDED)] == [
        ("warning", "kubectl ds audit: an exception expired"),
        ("error", "DS001 missing-pods kube-system/cni"),
    ]


def test_nothing_found_is_one_line_for_the_log():
    text = audit_in_format(NOTHING_FOUND, "github", "error")
    assert text == "Nothing found in 4 DaemonSets, by 1 rule.\n"


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_no_text_of_a_cluster_breaks_it(text: str):
    """One command a line, whatever the texts hold: none of them is a command or a property of its own."""
    told = annotations(hostile(text))
    assert [name for name, _, _ in told] == ["error", "error", "warning", "error", "notice"]
    for _, title, message in told:
        assert is_plain(title)
        assert is_plain(message.replace("\n", ""))
    if is_plain(text):
        assert told[3][1] == f"DS001 missing-pods {text}/{text}"
        assert told[3][2].startswith(f"{text}\nNodes: {text}, n{text}\nMend: {text}\n")
