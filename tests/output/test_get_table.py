"""The table of `get`: kubectl's columns as kubectl prints them, and the verdict."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from kubectl_ds.core.health import Verdict
from kubectl_ds.output.get_table import Columns, get_table, verdict_text
from kubectl_ds.output.style import PLAIN, Style
from tests.clusters import NOW, a_container, a_daemonset, models
from tests.output.oracle import Cluster, cluster_of

DAEMONSETS = [
    a_daemonset(
        "cni",
        labels={"tier": "node", "example.com/team": "network"},
        nodeSelector={"kubernetes.io/os": "linux", "a": "b"},
        containers=[a_container("agent"), a_container("sidecar-with-a-name")],
        status={"desiredNumberScheduled": 12, "currentNumberScheduled": 11, "numberReady": 10},
    ),
    a_daemonset(
        "a-daemonset-with-a-long-name",
        selector={"matchExpressions": [{"key": "app", "operator": "In", "values": ["x", "b"]}]},
        status={"desiredNumberScheduled": 5000, "updatedNumberScheduled": 4999, "numberAvailable": 3},
    ),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with cluster_of(DAEMONSETS) as running:
        yield running


@pytest.mark.parametrize(
    ("flags", "columns"),
    [
        pytest.param(["-n", "kube-system"], Columns(), id="by default"),
        pytest.param(["-A"], Columns(namespace=True), id="-A puts the namespace first"),
        pytest.param(["-A", "-o", "wide"], Columns(namespace=True, wide=True), id="-o wide"),
        pytest.param(["-n", "kube-system", "--show-labels"], Columns(show_labels=True), id="--show-labels"),
        pytest.param(
            ["-n", "kube-system", "-L", "example.com/team,tier", "--show-labels", "-o", "wide"],
            Columns(wide=True, labels=("example.com/team", "tier"), show_labels=True),
            id="-L stands before LABELS, which is last",
        ),
        pytest.param(["-n", "kube-system", "--show-kind"], Columns(show_kind=True), id="--show-kind"),
    ],
)
def test_kubectls_columns_come_first_as_kubectl_prints_them(
    cluster: Cluster, flags: list[str], columns: Columns
) -> None:
    said = cluster.get("daemonsets", *flags)
    ordered = sorted(models(*DAEMONSETS), key=lambda one: one.metadata.name)
    ours = get_table(ordered, {}, columns, PLAIN, now=datetime.now(UTC))
    for our_line, line in zip(ours.splitlines(), said.out.splitlines(), strict=True):
        words, verdict = our_line.rsplit(None, 1)
        assert verdict in ("VERDICT", "Unknown")
        assert words.rstrip() == line.rstrip()


def test_the_verdict_is_the_last_column_and_coloured_only_when_asked() -> None:
    (daemonset,) = models(a_daemonset("cni"))
    verdicts = {daemonset.metadata.uid: Verdict(state="Stuck", reason="3 missing (QuotaExceeded)")}
    plain = get_table([daemonset], verdicts, Columns(), PLAIN, now=NOW)
    assert plain.splitlines()[1].endswith("20d   Stuck: 3 missing (QuotaExceeded)")
    coloured = get_table([daemonset], verdicts, Columns(), Style(color=True), now=NOW)
    assert coloured.splitlines()[1].endswith("\x1b[31mStuck: 3 missing (QuotaExceeded)\x1b[0m")
    assert coloured.replace("\x1b[31m", "").replace("\x1b[0m", "") == plain


def test_no_headers_leaves_the_rows() -> None:
    text = get_table(models(a_daemonset("cni")), {}, Columns(), Style(headers=False), now=NOW)
    assert text.startswith("cni ")
    assert len(text.splitlines()) == 1


def test_no_daemonsets_print_nothing() -> None:
    assert get_table([], {}, Columns(), PLAIN, now=NOW) == ""


def test_hostile_labels_and_reasons_stay_on_their_line() -> None:
    (daemonset,) = models(a_daemonset("cni", labels={"a": "\x1b[2J\u202e"}))
    verdicts = {daemonset.metadata.uid: Verdict(state="Stuck", reason="1 not ready (\x1b[31m\u202eEvil)")}
    for style in (PLAIN, Style(color=True)):
        text = get_table([daemonset], verdicts, Columns(labels=("a",)), style, now=NOW)
        assert "^[[2J\\u202e" in text
        assert "^[[31m\\u202eEvil" in text
        assert len(text.splitlines()) == 2


@pytest.mark.parametrize(
    ("verdict", "text"),
    [
        pytest.param(Verdict(state="Healthy"), "Healthy", id="a plain state"),
        pytest.param(Verdict(state="Idle", reason="why"), "Idle: why", id="with a reason"),
        pytest.param(Verdict(state="Healthy", by_status_alone=True), "Healthy?", id="by the status alone"),
        pytest.param(None, "Unknown", id="without a verdict"),
    ],
)
def test_how_a_verdict_is_spelled(verdict: Verdict | None, text: str) -> None:
    assert verdict_text(verdict) == text
