"""Coverage against intent: which requirement is met, and what keeps the nodes out of one that is not."""

import json

import pytest

from kubectl_ds.core.audit import audit
from kubectl_ds.core.audit_rules.required_nodes_left_out import RULE
from kubectl_ds.core.audit_settings import AuditSettings
from kubectl_ds.core.audit_standing import narrowed
from kubectl_ds.core.coverage_requirement import parse_requirement
from kubectl_ds.core.snapshot import Gap
from kubectl_ds.errors import UsageError
from kubectl_ds.kube.api_server import ApiServer
from kubectl_ds.output.audit_sentences import finding_words
from tests.clusters import NOW, a_daemonset, a_node, a_pod, snapshot_of
from tests.program import kubectl_ds

GPU = {"pool": "gpu"}
NODES = (
    a_node("cpu-1", labels={"pool": "cpu", "kubernetes.io/os": "linux"}),
    a_node("gpu-1", labels=GPU),
    a_node("gpu-2", labels=GPU, taints=["dedicated=gpu:NoSchedule"]),
    a_node("gpu-3", labels=GPU, taints=["dedicated=gpu:NoSchedule"]),
    a_node("win-1", labels={"pool": "win"}, operating_system="windows"),
)
AGENT = a_daemonset("agent", namespace="security")
EVERYWHERE = a_daemonset("agent", namespace="security", tolerations=[{"operator": "Exists"}])


def a_proxy(operating_system: str):
    return a_daemonset(
        f"proxy-{operating_system}",
        tolerations=[{"operator": "Exists"}],
        nodeSelector={"kubernetes.io/os": operating_system},
    )


def found(*requirements: str, snapshot):
    settings = AuditSettings(requirements=tuple(map(parse_requirement, requirements)))
    return audit(snapshot, settings, rules=[RULE])


def told(report):
    return [(one.level, f"{one.namespace}/{one.name}", one.subject, one.nodes) for one in report.findings]


@pytest.mark.parametrize(
    ("requirement", "objects", "expected"),
    [
        pytest.param("security/agent:", [EVERYWHERE], [], id="every node is covered"),
        pytest.param(
            "security/agent:",
            [AGENT],
            [("error", "security/agent", "", ("gpu-2", "gpu-3"))],
            id="an empty selector is every node",
        ),
        pytest.param(
            "security/agent:pool=gpu",
            [AGENT],
            [("error", "security/agent", "pool=gpu", ("gpu-2", "gpu-3"))],
            id="a taint keeps two of three out",
        ),
        pytest.param("security/agent:pool in (cpu, win)", [AGENT], [], id="others than these are not asked for"),
        pytest.param(
            "security/agent:pool=gpu",
            [a_daemonset("agent", namespace="security", nodeSelector={"pool": "cpu"})],
            [("error", "security/agent", "pool=gpu", ("gpu-1", "gpu-2", "gpu-3"))],
            id="a node selector keeps all out",
        ),
        pytest.param(
            "security/agent:pool=gpu",
            [AGENT, a_pod(AGENT, "gpu-2")],
            [("error", "security/agent", "pool=gpu", ("gpu-2", "gpu-3"))],
            id="a pod that is there and would not come again covers nothing",
        ),
        pytest.param(
            "security/agnet:pool=gpu",
            [AGENT],
            [("error", "security/agnet", "pool=gpu", ("gpu-1", "gpu-2", "gpu-3"))],
            id="there is no such DaemonSet",
        ),
        pytest.param(
            "default/agent:", [AGENT], [("error", "default/agent", "", tuple(n["metadata"]["name"] for n in NODES))],
            id="nor is it in another namespace",
        ),
        pytest.param(
            "security/agent:pool=gpux",
            [AGENT],
            [("warning", "security/agent", "pool=gpux", ())],
            id="no node has these labels",
        ),
        pytest.param(
            "*/proxy-*:", [a_proxy("linux"), a_proxy("windows")], [], id="several cover the nodes together"
        ),
        pytest.param(
            "*/proxy-*:",
            [a_proxy("linux")],
            [("error", "kube-system/proxy-linux", "", ("win-1",))],
            id="the one of a pattern that is there does not",
        ),
        pytest.param(
            "*/proxy-*:",
            [a_proxy("linux"), a_daemonset("proxy-arm", nodeSelector={"kubernetes.io/arch": "arm64"})],
            [("error", "*/proxy-*", "", ("win-1",))],
            id="several of a pattern do not",
        ),
        pytest.param(
            "*/nothing-*:pool=cpu",
            [AGENT],
            [("error", "*/nothing-*", "pool=cpu", ("cpu-1",))],
            id="a pattern that nothing matches",
        ),
    ],
)  # fmt: skip
def test_a_requirement(requirement, objects, expected):
    assert told(found(requirement, snapshot=snapshot_of(*NODES, *objects))) == expected


def test_nodes_that_are_let_in_and_lack_their_pod_are_not_told_twice():
    report = found("security/agent:pool=cpu", snapshot=snapshot_of(*NODES, AGENT))
    assert told(report) == []


def test_without_pods_it_is_known_all_the_same_which_rule_keeps_a_node_out():
    everything_but_pods = ("daemonsets", "nodes", "events", "controllerrevisions")
    snapshot = snapshot_of(*NODES, AGENT, read=everything_but_pods, gaps=[Gap(resource="pods", message="no")])
    report = found("security/agent:pool=gpu", snapshot=snapshot)
    assert report.findings[0].message.endswith("2 by a taint that it does not tolerate (gpu-2 and gpu-3).")
    assert not report.unjudged


def test_the_largest_cause_comes_first_with_what_lets_its_nodes_in():
    report = found("security/agent:pool in (gpu, win)", snapshot=snapshot_of(
        *NODES, a_daemonset("agent", namespace="security", nodeSelector={"kubernetes.io/os": "linux"})
    ))  # fmt: skip
    (finding,) = report.findings
    assert [(type(cause.reasons[0]).__name__, cause.nodes) for cause in finding.causes] == [
        ("UntoleratedTaint", ("gpu-2", "gpu-3")),
        ("NodeSelectorMismatch", ("win-1",)),
    ]
    assert finding.message == (
        "It must cover the 4 nodes with pool in (gpu, win), and its own rules keep 3 of these out: "
        "2 by a taint that it does not tolerate (gpu-2 and gpu-3), 1 by its node selector (win-1)."
    )
    assert "To let gpu-2 in, add to the template the toleration {key: dedicated" in finding_words(finding)
    assert finding.patch is None, "a toleration lets win-1 not in"


def test_the_same_requirement_twice_is_told_once():
    snapshot = snapshot_of(*NODES, AGENT)
    assert len(found("security/agent:pool=gpu", "security/agent: pool=gpu ", snapshot=snapshot).findings) == 1


def test_where_the_daemonsets_could_not_be_read_there_is_no_verdict():
    snapshot = snapshot_of(*NODES, gaps=[Gap(resource="daemonsets", namespace="security", message="no")])
    report = found("security/agent:", "other/*:", snapshot=snapshot)
    assert [one.daemonset for one in report.unjudged] == [("security", "agent"), ("other", "*")]
    assert report.findings == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("security/agent", "takes NAMESPACE/NAME:NODESELECTOR", id="no colon"),
        pytest.param("agent:pool=gpu", "NAMESPACE/NAME", id="no namespace"),
        pytest.param("a/b/c:", "NAMESPACE/NAME", id="too many parts"),
        pytest.param("/agent:", "NAMESPACE/NAME", id="an empty namespace"),
        pytest.param("security/agent:pool in gpu", "unable to parse the label selector", id="no selector"),
    ],
)
def test_what_is_no_requirement_is_refused(text, words):
    with pytest.raises(UsageError, match=words):
        parse_requirement(text)


def audited(*words: str):
    with ApiServer([*NODES, AGENT], clock=lambda: NOW) as server:
        return kubectl_ds("audit", "--select", "DS034", *words, "--server", server.url)


def test_a_requirement_of_the_command_line_decides_the_exit_code():
    assert audited("--require", "security/agent:pool=cpu").code == 0
    outcome = audited("--require=security/agent:pool=gpu", "-o", "json")
    assert outcome.code == 1
    assert json.loads(outcome.out)["findings"][0]["reasons"][0]["code"] == "UntoleratedTaint"


def test_to_select_it_without_a_requirement_is_refused_since_nothing_found_would_be_no_verdict():
    outcome = audited()
    assert (outcome.code, outcome.out) == (2, "")
    assert "there is none" in outcome.err


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("-n", "default"), id="another namespace"),
        pytest.param(("-l", "app=agent"), id="a selector of DaemonSets"),
        pytest.param(("--field-selector", "metadata.name=agent"), id="a selector of fields"),
    ],
)
def test_what_the_other_flags_leave_out_of_sight_is_not_required_with_them(words):
    outcome = audited("--require", "security/agent:", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert "--require" in outcome.err


def test_a_requirement_of_the_namespace_that_is_looked_at_is_judged():
    assert audited("--require", "security/agent:", "-n", "security").code == 1


def test_what_lets_an_excepted_node_in_is_not_told_of_the_others():
    (finding,) = found("security/agent:pool in (gpu, win)", snapshot=snapshot_of(
        *NODES, a_daemonset("agent", namespace="security", nodeSelector={"kubernetes.io/os": "linux"})
    )).findings  # fmt: skip
    assert "To let gpu-2 in" in finding_words(narrowed(finding, ("gpu-2",)))
    assert "To let" not in finding_words(narrowed(finding, ("win-1",)))
