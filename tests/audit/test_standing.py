"""Which findings count: exceptions take them out with a reason, a baseline knows them, and nothing goes silently."""

from datetime import date

import pytest
from msgspec.structs import replace

from kubectl_ds.core.audit import audit
from kubectl_ds.core.audit_baseline import AuditBaseline, baseline_of
from kubectl_ds.core.audit_exception import AuditException
from kubectl_ds.core.audit_policy import AuditPolicy
from kubectl_ds.core.audit_report import AuditReport, FindingIdentity, Found
from kubectl_ds.core.audit_rule import NOTHING_ELSE, Rule
from kubectl_ds.core.audited_cluster import AuditedDaemonSet
from kubectl_ds.core.label_selector import parse
from kubectl_ds.core.snapshot import Gap
from kubectl_ds.output.audit_document import audit_document
from kubectl_ds.output.audit_sentences import finding_sentence
from tests.clusters import NOW, a_daemonset, a_node, snapshot_of
from tests.schema.validation import assert_valid

NODES = (a_node("n1", labels={"pool": "edge"}), a_node("n2", labels={"pool": "edge"}), a_node("n3"))
CLUSTER = snapshot_of(a_daemonset("cni"), a_daemonset("agent", namespace="security"), *NODES)


def _every_node(audited: AuditedDaemonSet) -> list[Found]:
    return [Found(message="3 nodes.", nodes=tuple(node.metadata.name for node in audited.cluster.nodes))]


def _whole(audited: AuditedDaemonSet) -> list[Found]:
    return [Found(message="All of it.", subject=subject) for subject in ("main", "sidecar")]


def _rule(identifier: str, name: str, check) -> Rule:
    words = {"means": "It is so.", "why": "It matters.", "mend": "Mend it."}
    return Rule(id=identifier, name=name, level="error", needs=NOTHING_ELSE, check=check, **words)


ON_NODES = _rule("DS901", "on-nodes", _every_node)
ON_PARTS = _rule("DS902", "on-parts", _whole)


def excepting(**fields) -> AuditException:
    selector = fields.get("node_selector", "")
    nodes = parse(selector) if selector else None
    return AuditException(**{"rules": ("*",), "reason": "we know", "nodes": nodes, **fields})


def audited(*exceptions: AuditException, baseline=None, cluster=CLUSTER, rules=(ON_NODES, ON_PARTS)):
    report = audit(cluster, policy=AuditPolicy(exceptions=exceptions, baseline=baseline), rules=rules)
    assert_valid(audit_document(report))
    return report


def told(findings) -> list[str]:
    """`DS901 cni n1,n2`, `DS902 cni main`."""
    return [f"{one.rule} {one.name} {one.subject or ','.join(one.nodes)}" for one in findings]


def excepted(report: AuditReport) -> list[str]:
    return told(one.finding for one in report.excepted)


ALL = [
    *("DS901 cni n1,n2,n3", "DS901 agent n1,n2,n3"),
    *("DS902 cni main", "DS902 cni sidecar", "DS902 agent main", "DS902 agent sidecar"),
]


@pytest.mark.parametrize(
    ("exception", "taken"),
    [
        pytest.param({}, ALL, id="of every rule takes all"),
        pytest.param({"rules": ("DS901",)}, ALL[:2], id="by a rule's identifier"),
        pytest.param({"rules": ("on-p*",)}, ALL[2:], id="by a pattern of a rule's name"),
        pytest.param({"rules": ("DS901", "DS902")}, ALL, id="by several rules"),
        pytest.param({"namespace": "security"}, [one for one in ALL if "agent" in one], id="by a namespace"),
        pytest.param({"namespace": "sec*"}, [one for one in ALL if "agent" in one], id="by a pattern of it"),
        pytest.param({"name": "c?i"}, [one for one in ALL if "cni" in one], id="by a pattern of a name"),
        pytest.param({"name": "nothing"}, [], id="that concerns nothing takes nothing"),
        pytest.param(
            {"node_selector": "pool=edge"},
            ["DS901 cni n1,n2", "DS901 agent n1,n2"],
            id="by nodes takes these",
        ),
        pytest.param({"node_selector": "pool=gone"}, [], id="by nodes that there are not takes nothing"),
        pytest.param({"expires": date(2026, 9, 1)}, ALL, id="holds on its last day"),
        pytest.param({"expires": date(2026, 8, 31)}, [], id="holds no more on the day after"),
    ],
)
def test_an_exception(exception, taken):
    report = audited(excepting(**exception))
    assert excepted(report) == taken
    assert all(one.exception.reason == "we know" for one in report.excepted)
    assert report.expired == (() if taken or "expires" not in exception else (excepting(**exception),))


def test_the_rest_of_an_excepted_finding_is_found_and_says_how_many_are_not_with_it():
    report = audited(excepting(node_selector="pool=edge"), rules=[ON_NODES])
    assert told(report.findings) == ["DS901 cni n3", "DS901 agent n3"]
    assert report.findings[0].excepted_nodes == ("n1", "n2")
    assert finding_sentence(report.findings[0]) == "3 nodes. Of all these nodes 2 are excepted."


def test_two_exceptions_may_share_a_finding():
    report = audited(
        excepting(node_selector="pool=edge", name="cni"),
        excepting(node_selector="!pool", name="cni"),
        rules=[ON_NODES],
    )
    assert excepted(report) == ["DS901 cni n1,n2", "DS901 cni n3"]
    assert told(report.findings) == ["DS901 agent n1,n2,n3"]


def test_an_expiry_is_held_against_the_day_of_the_snapshot_in_utc():
    exception = excepting(expires=date(2026, 9, 1))
    late = NOW.replace(hour=23, minute=59)
    assert audited(exception, cluster=replace(CLUSTER, taken_at=late)).expired == ()
    next_day = NOW.replace(day=2, hour=0)
    assert audited(exception, cluster=replace(CLUSTER, taken_at=next_day)).expired == (exception,)


# --- the baseline ----------------------------------------------------------------------------------


def entry(name: str, *nodes: str, rule: str = "DS901", subject: str = "") -> FindingIdentity:
    namespace = "security" if name == "agent" else "kube-system"
    return FindingIdentity(rule=rule, namespace=namespace, name=name, subject=subject, nodes=nodes)


@pytest.mark.parametrize(
    ("before", "new", "known", "gone"),
    [
        pytest.param([], ["DS901 cni n1,n2,n3"], [], [], id="an empty one knows nothing"),
        pytest.param(
            [entry("cni", "n1", "n2", "n3")], [], ["DS901 cni n1,n2,n3"], [], id="the same is known"
        ),
        pytest.param(
            [entry("cni", "n3", "n1")], ["DS901 cni n2"], ["DS901 cni n1,n3"], [], id="a further node is new"
        ),
        pytest.param(
            [entry("cni", "n1", "n2", "n3", "n4")],
            [],
            ["DS901 cni n1,n2,n3"],
            ["DS901 cni n4"],
            id="a node less is gone",
        ),
        pytest.param(
            [entry("cni", "n4")], ["DS901 cni n1,n2,n3"], [], ["DS901 cni n4"], id="other nodes are new"
        ),
        pytest.param(
            [entry("cni", "n1", subject="main")],
            ["DS901 cni n1,n2,n3"],
            [],
            ["DS901 cni main"],
            id="another subject is another finding",
        ),
        pytest.param(
            [entry("dns", "n1")],
            ["DS901 cni n1,n2,n3"],
            [],
            ["DS901 dns n1"],
            id="of a DaemonSet that is not there any more it is gone",
        ),
    ],
)
def test_a_baseline(before, new, known, gone):
    cluster = snapshot_of(a_daemonset("cni"), *NODES)
    report = audited(baseline=AuditBaseline(findings=tuple(before)), cluster=cluster, rules=[ON_NODES])
    assert (told(report.findings), told(report.known), told(report.gone)) == (new, known, gone)
    assert report.has_baseline


def test_the_new_nodes_of_a_known_finding_say_how_many_are_known():
    report = audited(baseline=AuditBaseline(findings=(entry("cni", "n1"),)), rules=[ON_NODES])
    assert report.findings[0].known_nodes == ("n1",)
    assert finding_sentence(report.findings[0]) == "3 nodes. Of all these nodes 1 is in the baseline."


@pytest.mark.parametrize(
    "cluster",
    [
        pytest.param(replace(CLUSTER, namespace="security"), id="another namespace was asked for"),
        pytest.param(replace(CLUSTER, some_daemonsets=True), id="names or labels were asked for"),
        pytest.param(
            replace(CLUSTER, gaps=(Gap(resource="daemonsets", message="no"),)), id="a list could not be read"
        ),
        pytest.param(
            replace(CLUSTER, gaps=(Gap(resource="daemonsets", namespace="kube-system", message="no"),)),
            id="its namespace could not be read",
        ),
    ],
)
def test_what_was_not_looked_for_is_not_gone(cluster):
    baseline = AuditBaseline(findings=(entry("dns", "n1"),))
    assert audited(baseline=baseline, cluster=cluster).gone == ()


def test_what_a_rule_found_that_was_not_applied_is_not_gone():
    assert audited(baseline=AuditBaseline(findings=(entry("dns", rule="DS900"),))).gone == ()


def test_what_could_not_be_judged_is_not_gone():
    rule = replace(ON_NODES, needs=frozenset({"pods"}))
    cluster = replace(CLUSTER, gaps=(Gap(resource="pods", message="no"),))
    cluster = replace(cluster, read=cluster.read - {"pods"})
    report = audited(baseline=AuditBaseline(findings=(entry("cni", "n9"),)), cluster=cluster, rules=[rule])
    assert report.unjudged
    assert report.gone == ()


def test_exceptions_come_first_so_that_what_is_excepted_is_not_known():
    report = audited(
        excepting(name="cni"), baseline=AuditBaseline(findings=(entry("cni", "n1"),)), rules=[ON_NODES]
    )
    assert excepted(report) == ["DS901 cni n1,n2,n3"]
    assert (report.known, report.gone) == ((), ())


def test_a_baseline_written_and_read_knows_everything():
    baseline = baseline_of(audited(), None)
    report = audited(baseline=baseline)
    assert (report.findings, report.gone) == ((), ())
    assert told(report.known) == ALL
    assert baseline_of(report, baseline) == baseline


def test_a_baseline_written_anew_drops_what_is_gone_or_excepted_and_keeps_what_was_not_looked_for():
    before = AuditBaseline(
        findings=(
            entry("agent", "n1"),
            entry("cni", "n1", "n9"),
            entry("dns", "n1"),
            entry("proxy", rule="DS900"),
        )
    )
    report = audited(excepting(name="agent"), baseline=before, rules=[ON_NODES])
    written = baseline_of(report, before)
    assert told(written.findings) == ["DS900 proxy ", "DS901 cni n1,n2,n3"]


def test_a_level_that_was_set_stands_for_all_findings_of_its_rule():
    report = audit(CLUSTER, policy=AuditPolicy(levels={"DS901": "info"}), rules=[ON_NODES, ON_PARTS])
    assert {one.rule: one.level for one in report.findings} == {"DS901": "info", "DS902": "error"}
