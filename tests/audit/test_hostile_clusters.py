"""Every rule on clusters from a seed, on ones that no API server would let in, and in every format."""

import copy
import random
from collections.abc import Iterator
from typing import Any

import msgspec
from hypothesis import given
from msgspec.structs import replace

from kubectl_ds.core.audit import WANTED, audit
from kubectl_ds.core.audit_report import LEVELS, AuditReport
from kubectl_ds.core.audit_rules import RULES
from kubectl_ds.core.natural_order import natural_key
from kubectl_ds.core.snapshot import ClusterSnapshot
from kubectl_ds.output.audit import audit_text
from kubectl_ds.output.audit_formats import audit_in_format
from kubectl_ds.output.documents import to_document
from kubectl_ds.output.formats import AUDIT_FORMATS
from kubectl_ds.output.style import Style
from tests.clusters import Raw, model, snapshot_of
from tests.random_clusters import random_cluster, random_snapshot, seeds
from tests.schema.validation import assert_valid

HOSTILE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**31 - 1,
    1.5,
    "",
    "x",
    "\x1b[31m\x07\r\n`'\"$(reboot)<script>|*_::%0A",
    "ü" * 300,
    "150%",
    "9e99",
    "1e9999999",
    [],
    [None],
    [[]],
    ["x", 1],
    [{}],
    {},
    {"": None},
    {"name": 7},
    {"x": {"y": []}},
)
"""What may stand where something else belongs."""


def read_in_full(objects: list[Raw], git_version: str = "v1.33.0") -> ClusterSnapshot:
    return replace(snapshot_of(*objects, read=WANTED), server_version=git_version)


def seven_sins(seed: int) -> list[Raw]:
    """A random cluster in which fields hold what no API server lets in, as far as it can be decoded."""
    dice = random.Random(seed)
    return [
        spoilt(one, dice, 7 if one["kind"] == "DaemonSet" else dice.choice((0, 0, 1, 3)))
        for one in random_cluster(seed)
    ]


def spoilt(given: Raw, dice: random.Random, times: int) -> Raw:
    for _ in range(times):
        changed = copy.deepcopy(given)
        holder, key = dice.choice(list(places_in(changed)))
        holder[key] = copy.deepcopy(dice.choice(HOSTILE))
        if dice.random() < 0.3 and isinstance(holder, dict):
            holder[dice.choice(FURTHER)] = copy.deepcopy(dice.choice(HOSTILE))
        try:
            model(changed)
        except (msgspec.ValidationError, KeyError):
            continue
        given = changed
    return given


FURTHER = (
    "image",
    "securityContext",
    "volumes",
    "volumeMounts",
    "hostPID",
    "hostIPC",
    "priorityClassName",
    "initContainers",
    "ports",
    "resources",
    "capabilities",
    "tolerations",
    "matchExpressions",
    "topologySpreadConstraints",
)
"""Fields that rules read and that the objects made here may lack."""


def places_in(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every field and entry, with what holds it; what the object is called and what it is stay."""
    rest = [
        one
        for name, one in tree.items()
        if name not in ("metadata", "involvedObject") and isinstance(one, dict)
    ]
    rest += [one for one in tree["metadata"].values() if isinstance(one, dict | list) and one]
    while rest:
        holder = rest.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            yield holder, key
            if isinstance(holder[key], dict | list):
                rest.append(holder[key])


def is_well_formed(report: AuditReport) -> None:
    keys = [(one.rule, one.namespace, one.name, one.subject) for one in report.findings]
    assert len(set(keys)) == len(keys)
    order = [LEVELS.index(one.level) for one in report.findings]
    assert order == sorted(order)
    for one in report.findings:
        assert one.message.strip()
        assert one.fix.strip()
        assert (one.namespace, one.name) in report.daemonsets
        assert list(one.nodes) == sorted(set(one.nodes), key=natural_key), one.rule


def is_told_in_every_format(report: AuditReport) -> None:
    assert_valid(to_document(report))
    text = audit_text(report, Style(color=False, width=100))
    assert not [one for one in text if ord(one) < 32 and one != "\n"]
    for name in sorted(AUDIT_FORMATS):
        assert audit_in_format(report, name, "error").strip()


@given(seeds())
def test_every_rule_judges_any_cluster(seed: int):
    report = audit(read_in_full(random_cluster(seed)))
    assert not report.unjudged
    assert report.rules == tuple(rule.id for rule in RULES)
    is_well_formed(report)


@given(seeds())
def test_the_order_of_objects_changes_nothing(seed: int):
    objects = random_cluster(seed)
    others = random.Random(seed).sample(objects, len(objects))
    # Two pods that hold one port of a node, which only a test can make, are told by the first of them.
    one, other = (
        [replace(finding, causes=()) for finding in audit(read_in_full(those)).findings]
        for those in (objects, others)
    )
    assert one == other


@given(seeds())
def test_what_was_not_read_leaves_rules_unjudged_and_never_raises(seed: int):
    snapshot = random_snapshot(seed)
    report = audit(snapshot)
    is_well_formed(report)
    unread = {gap.resource for gap in snapshot.gaps}
    for one in report.unjudged:
        (rule,) = (rule for rule in RULES if rule.id == one.rule)
        assert one.lacking
        assert set(one.lacking) <= rule.needs
    told = {(one.rule, one.daemonset) for one in report.unjudged}
    for rule in RULES:
        if rule.needs & unread & {"nodes", "pods", "controllerrevisions"} and snapshot.daemonsets:
            assert (rule.id, None) in told or {key for id_, key in told if id_ == rule.id} == set(
                report.daemonsets
            )


@given(seeds())
def test_fields_of_any_type_are_no_reason_to_fail(seed: int):
    report = audit(read_in_full(seven_sins(seed)))
    is_well_formed(report)
    is_told_in_every_format(report)
