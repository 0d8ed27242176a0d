"""`describe` as people type it: several names, beginnings of names, names that are not there."""

import pytest

from kubectl_ds.kube.api_server import ApiServer
from tests.clusters import a_daemonset, a_node, a_pod
from tests.program import Outcome, kubectl_ds

CNI, CNI_METRICS, LOGS = a_daemonset("cni"), a_daemonset("cni-metrics"), a_daemonset("logs")
CLUSTER = [CNI, CNI_METRICS, LOGS, a_node("n1"), a_pod(CNI, "n1"), a_pod(LOGS, "n1")]


def described(*words: str) -> Outcome:
    with ApiServer(CLUSTER) as server:
        return kubectl_ds("describe", *words, "-n", "kube-system", "--server", server.url)


def names_in(outcome: Outcome) -> list[str]:
    return [line.split()[1] for line in outcome.out.splitlines() if line.startswith("Name:")]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        pytest.param([], ["cni", "cni-metrics", "logs"], id="no name is all of them"),
        pytest.param(["cni"], ["cni"], id="a whole name is that one, though another begins with it"),
        pytest.param(["cn"], ["cni", "cni-metrics"], id="the beginning of names is all of these"),
        pytest.param(["ds/lo"], ["logs"], id="the beginning of one name"),
        pytest.param(["logs", "cni"], ["logs", "cni"], id="several in the order given"),
        pytest.param(["cni", "cni"], ["cni", "cni"], id="one as often as it is named"),
    ],
)
def test_names_are_matched_as_kubectl_describe_matches_them(words: list[str], names: list[str]):
    outcome = described(*words)
    assert (outcome.code, outcome.err) == (0, "")
    assert names_in(outcome) == names


@pytest.mark.parametrize(
    ("words", "names"),
    [
        pytest.param(["gone"], [], id="one name"),
        pytest.param(["cni", "gone"], ["cni"], id="what is there is described first"),
        pytest.param(["cn", "gone"], [], id="beginnings count only for one name alone"),
    ],
)
def test_a_name_that_is_not_there_is_an_error(words: list[str], names: list[str]):
    outcome = described(*words)
    assert outcome.code == 3
    assert names_in(outcome) == names
    assert 'daemonsets.apps "gone" not found' in outcome.err
