"""kubectl's `rollout status`: a function of the object alone. Its messages are in tests/conformance/rollout."""

import pytest

from kubectl_ds.core.rollout_status import rollout_status
from kubectl_ds.errors import KubectlDsError
from tests.clusters import a_daemonset, model


def test_all_updated_and_not_all_available_is_waiting():
    status = {"desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberAvailable": 1}
    assert rollout_status(model(a_daemonset("cni", status=status))) == (
        'Waiting for daemon set "cni" rollout to finish: 1 of 3 updated pods are available...\n',
        False,
    )


def test_on_delete_is_refused_in_kubectls_words():
    with pytest.raises(KubectlDsError) as refused:
        rollout_status(model(a_daemonset("cni", strategy={"type": "OnDelete"})))
    assert refused.value.message == "rollout status is only available for RollingUpdate strategy type"
