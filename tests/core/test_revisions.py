"""Which revision is current, and which pods are on it."""

import copy
from typing import Any

import pytest

from kubectl_ds.core.revisions import (
    current_revision,
    holds_template,
    is_pod_updated,
    revision_hash,
    revisions_of,
    template_generation,
)
from tests.clusters import NEW_HASH, OLD_HASH, a_daemonset, a_pod, a_revision, model, models

CNI = a_daemonset("cni")
ANOTHERS = a_daemonset("cni", uid="another")
OTHER_TEMPLATE = a_daemonset("cni", hostNetwork=True)["spec"]["template"]


def current(raw: Any, *revisions: Any) -> str:
    return revision_hash(current_revision(model(CNI), raw, models(*revisions)))


def with_null_timestamp() -> Any:
    template = copy.deepcopy(CNI["spec"]["template"])
    template["metadata"]["creationTimestamp"] = None
    return template


@pytest.mark.parametrize(
    ("raw", "revisions", "expected"),
    [
        pytest.param(
            CNI,
            [
                a_revision(CNI, 1, revision_hash="a"),
                a_revision(CNI, 2, revision_hash="b", template=OTHER_TEMPLATE),
            ],
            "a",
            id="the one that holds the template, be it not the highest (a rollback under way)",
        ),
        pytest.param(
            CNI,
            [a_revision(CNI, 2, revision_hash="a"), a_revision(CNI, 3, revision_hash="b")],
            "b",
            id="of several equal ones the highest",
        ),
        pytest.param(
            CNI,
            [
                a_revision(CNI, 9, revision_hash="a", template=OTHER_TEMPLATE),
                a_revision(CNI, 10, revision_hash="b", template=OTHER_TEMPLATE),
            ],
            "b",
            id="the highest by number where none holds the template",
        ),
        pytest.param(
            None, [a_revision(CNI, 1, revision_hash="a")], "a", id="the highest without the raw object"
        ),
        pytest.param(
            CNI,
            [
                a_revision(CNI, 1, revision_hash="a", template=with_null_timestamp()),
                a_revision(CNI, 2, revision_hash="b", template=OTHER_TEMPLATE),
            ],
            "a",
            id="a null creationTimestamp makes no difference",
        ),
        pytest.param(
            CNI,
            [
                a_revision(ANOTHERS, 1, revision_hash="a"),
                a_revision(CNI, 4, revision_hash="b", template=OTHER_TEMPLATE),
            ],
            "a",
            id="one of its name that holds the template, though another DaemonSet has adopted it",
        ),
        pytest.param(
            CNI,
            [
                a_revision(ANOTHERS, 1, revision_hash="a"),
                a_revision(CNI, 4, revision_hash="b"),
            ],
            "b",
            id="its own one before one that another DaemonSet has adopted",
        ),
        pytest.param(CNI, [], "", id="none at all has no hash"),
    ],
)
def test_the_current_revision(raw: Any, revisions: list[Any], expected: str):
    assert current(raw, *revisions) == expected


def test_whether_a_revision_holds_the_template_can_be_asked():
    assert holds_template(model(a_revision(CNI)), CNI)
    assert not holds_template(model(a_revision(CNI, template=OTHER_TEMPLATE)), CNI)
    assert not holds_template(model(a_revision(CNI)), None)


def test_a_revision_without_the_label_goes_by_its_name():
    raw = a_revision(CNI, revision_hash="a")
    del raw["metadata"]["labels"]["controller-revision-hash"]
    assert revision_hash(model(raw)) == "cni-a"


def changed(raw: Any, **metadata: Any) -> Any:
    raw["metadata"] |= metadata
    return raw


@pytest.mark.parametrize(
    ("revision", "belongs"),
    [
        pytest.param(a_revision(CNI), True, id="controlled and selected"),
        pytest.param(changed(a_revision(CNI), labels={"app": "x"}), False, id="controlled, but not selected"),
        pytest.param(
            changed(a_revision(CNI), ownerReferences=[]), True, id="an orphan that would be adopted"
        ),
        pytest.param(changed(a_revision(CNI), namespace="default"), False, id="of another namespace"),
        pytest.param(a_revision(a_daemonset("cni", uid="another")), False, id="of another DaemonSet"),
    ],
)
def test_the_history_of_a_daemonset(revision: Any, belongs: bool):
    assert bool(revisions_of(model(CNI), models(revision))) is belongs


def test_the_history_is_sorted_oldest_first_by_number():
    history = revisions_of(
        model(CNI), models(*(a_revision(CNI, at, revision_hash=f"h{at}") for at in (10, 9, 1)))
    )
    assert [revision.revision for revision in history] == [1, 9, 10]


def test_a_pod_is_up_to_date_by_its_hash_or_by_the_deprecated_counter():
    old = model(a_pod(CNI, "n1", revision_hash=OLD_HASH, labels={"pod-template-generation": "3"}))
    assert not is_pod_updated(old, NEW_HASH, None)
    assert is_pod_updated(old, OLD_HASH, None)
    assert is_pod_updated(old, NEW_HASH, 3)
    assert not is_pod_updated(old, "", 4)


def test_the_deprecated_counter_is_an_integer_or_nothing():
    assert template_generation(model(a_daemonset("cni", template_generation=7))) == 7
    assert template_generation(model(a_daemonset("cni", template_generation=None))) is None
    odd = a_daemonset("cni")
    odd["metadata"]["annotations"]["deprecated.daemonset.template.generation"] = "seven"
    assert template_generation(model(odd)) is None
